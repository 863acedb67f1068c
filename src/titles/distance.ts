/** Longest text that distances are computed for, in UTF-16 code units; the rest is ignored. */
export const maxDistanceLength = 320;

// Rows of the dynamic programme, reused: distances are computed thousands of times per query.
const width = maxDistanceLength + 1;
const rows = [new Uint16Array(width), new Uint16Array(width), new Uint16Array(width)] as const;

/**
 * The optimal string alignment distance (Damerau-Levenshtein in which no part is edited twice):
 * insertions, deletions, substitutions and swaps of neighbours, each counting 1.
 *
 * Only a band of `limit` on either side of the diagonal is computed and nothing is allocated.
 *
 * @param limit 0 or more
 * @returns the distance, or `limit + 1` when it is greater than `limit`
 */
export function boundedDistance(left: string, right: string, limit: number): number {
  if (left === right) return 0;
  const leftLength = Math.min(left.length, maxDistanceLength);
  const rightLength = Math.min(right.length, maxDistanceLength);
  const tooFar = limit + 1;
  if (Math.abs(leftLength - rightLength) > limit) return tooFar;
  let [beforePrevious, previous, current] = rows;
  for (let j = 0; j <= rightLength; j += 1) previous[j] = Math.min(j, tooFar);
  for (let i = 1; i <= leftLength; i += 1) {
    const from = Math.max(1, i - limit);
    const to = Math.min(rightLength, i + limit);
    let smallest = from === 1 ? Math.min(i, tooFar) : tooFar;
    current[from - 1] = smallest;
    const unit = left.charCodeAt(i - 1);
    for (let j = from; j <= to; j += 1) {
      const other = right.charCodeAt(j - 1);
      const substituted = (previous[j - 1] ?? tooFar) + (unit === other ? 0 : 1);
      const deleted = j === i + limit ? tooFar : (previous[j] ?? tooFar) + 1;
      let best = Math.min(substituted, deleted, (current[j - 1] ?? tooFar) + 1);
      if (
        i > 1 &&
        j > 1 &&
        unit === right.charCodeAt(j - 2) &&
        left.charCodeAt(i - 2) === other &&
        unit !== other
      ) {
        best = Math.min(best, (beforePrevious[j - 2] ?? tooFar) + 1);
      }
      current[j] = Math.min(best, tooFar);
      if (best < smallest) smallest = best;
    }
    if (smallest > limit) return tooFar;
    [beforePrevious, previous, current] = [previous, current, beforePrevious];
  }
  return Math.min(previous[rightLength] ?? tooFar, tooFar);
}
