/** So many letters may be wrong, missing or too many: two fingers that slipped. */
const maxSlips = 2;

/**
 * The name that was most likely meant: the same one in another spelling (`rise_db` for
 * `mic.riseDb`), else the one with the fewest slips.
 *
 * @returns `undefined` when nothing comes near
 */
export function findNearest(name: string, known: readonly string[]): string | undefined {
  const folded = fold(name);
  const same = known.find((key) => fold(key) === folded || fold(key).endsWith(`.${folded}`));
  if (same !== undefined) return same;
  const [nearest] = known
    .map((key) => ({ key, slips: countSlips(fold(key), folded) }))
    .filter(({ key, slips }) => slips <= maxSlips && slips < key.length / 2)
    .toSorted((a, b) => a.slips - b.slips);
  return nearest?.key;
}

function fold(key: string): string {
  return key.toLowerCase().replaceAll(/[_-]/gu, "");
}

/** Levenshtein's distance. */
function countSlips(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const changed = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const oneMore = Math.min(above[column] ?? 0, current[column - 1] ?? 0) + 1;
      current.push(Math.min(changed, oneMore));
    }
    above = current;
  }
  return above[b.length] ?? 0;
}
