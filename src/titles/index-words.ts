/** Longest word that is indexed, in UTF-16 code units; longer ones are cut. */
export const maxWordLength = 32;
/** Most words of one title that are indexed. */
const maxWords = 32;

const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}ー]{2,}/gu;
const ascii = /^[\0-\x7f]*$/u;

/**
 * The words by which a folded title is indexed, looked up and compared, in order.
 *
 * Scripts that write no blanks between words give overlapping pairs of characters instead.
 */
export function indexWords(core: string): string[] {
  const text = ascii.test(core) ? core : core.replace(unspaced, pairsOf);
  const words: string[] = [];
  for (const word of text.split(" ")) {
    if (words.length === maxWords) break;
    if (word !== "") words.push(word.slice(0, maxWordLength));
  }
  return words;
}

function pairsOf(run: string): string {
  const characters = Array.from(run);
  const pairs = characters.slice(1).map((character, index) => `${characters[index]}${character}`);
  return ` ${pairs.join(" ")} `;
}
