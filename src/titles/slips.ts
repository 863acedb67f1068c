import { boundedDistance } from "./distance.js";

const firstLetterCost = 0.25;
/** Words differ in their endings ("mirror", "mirrors") more often than by a slip. */
const inflectionCost = 1;
/** Doubling a letter, or not, and dropping the g of "going" are the commonest slips. */
const commonSlipRelief = 0.5;

const repeated = /(.)\1+/gu;
const finalVowel = /[aeio]$/u;
const hasDigit = /\d/u;

/** Most edits within which two words are taken for one mistyped word. */
export function slipLimit(length: number): number {
  return length <= 3 ? 1 : Math.max(2, Math.floor(length * 0.4));
}

/** The word of `candidates` that a mistyped word stands for, if any is near enough. */
export function nearestWord(word: string, candidates: Iterable<string>): string | undefined {
  // "1973" is not a mistyped "1979".
  if (hasDigit.test(word)) return undefined;
  let nearest: string | undefined;
  let fewest = Infinity;
  for (const candidate of candidates) {
    if (hasDigit.test(candidate)) continue;
    const limit = slipLimit(Math.max(word.length, candidate.length));
    const distance = boundedDistance(word, candidate, limit);
    if (distance > limit || distance >= Math.min(candidate.length, fewest)) continue;
    nearest = candidate;
    fewest = distance;
  }
  return nearest;
}

/** What a slip costs beyond its edits: less than nothing when it is common. */
export function slipCost(word: string, meant: string): number {
  const isCommon =
    undouble(word) === undouble(meant) || `${word}g` === meant || word === `${meant}g`;
  if (isCommon) return -commonSlipRelief;
  const isSwapped = word.charAt(0) === meant.charAt(1) && word.charAt(1) === meant.charAt(0);
  const first = isSwapped || word.charAt(0) === meant.charAt(0) ? 0 : firstLetterCost;
  return first + (isInflection(word, meant) ? inflectionCost : 0);
}

/** "helo" for "hello", "goin" for "going": no other word is meant by these. */
export function isCommonSlip(word: string, meant: string): boolean {
  return undouble(word) === undouble(meant) || `${word}g` === meant || word === `${meant}g`;
}

/** "mirrors" and "mirror", "champions" and "champion", "niño" and "niña". */
function isInflection(left: string, right: string): boolean {
  const [short, long] = left.length < right.length ? [left, right] : [right, left];
  if (long.startsWith(short)) return /^(?:e?s|ly|[ao])$/u.test(long.slice(short.length));
  return (
    short.length === long.length &&
    short.slice(0, -1) === long.slice(0, -1) &&
    finalVowel.test(short) &&
    finalVowel.test(long)
  );
}

function undouble(text: string): string {
  return text.replaceAll(repeated, "$1");
}
