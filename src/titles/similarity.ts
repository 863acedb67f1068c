import { boundedDistance } from "./distance.js";
import { indexWords } from "./index-words.js";
import { isCommonSlip, nearestWord, slipCost } from "./slips.js";

/** What is known about words: the part of a title index that comparing needs. */
export interface WordKnowledge {
  /** How telling a word is; words of no title count as the rarest. */
  weightOf(word: string): number;
  /** Whether a word occurs in any title. */
  hasWord(word: string): boolean;
}

/** How near a title is to what was asked. Shares are 0 to 1. */
export interface Similarity {
  /** 1 for equal letters, less for each mistyped one; 0 when it cannot be a slip. */
  readonly spelling: number;
  /** Whether every word of the query, or what it is mistyped from, is in the title. */
  readonly isContained: boolean;
  /** How much of the query's weight is in the title. */
  readonly contained: number;
  /** How much of the title's weight is in the query. */
  readonly covered: number;
  /** Whether the query's words stand side by side in the title, in the same order. */
  readonly isPhrase: boolean;
  /** Number of words of the query. */
  readonly askedWords: number;
  /** How rare the rarest word of the query is, 1 for a word of no title. */
  readonly rarity: number;
}

const largestDifference = 0.4;
/** What each word costs that has no counterpart, beyond its letters. */
const strayWordCost = 1.5;
/**
 * What it costs that the mistyped word is a word of its own, by its length: people mostly mean what
 * they say, and only short words turn into others by accident.
 */
const knownWordCosts = [0.3, 0.3, 0.3, 1, 2] as const;
const knownLongWordCost = 3;
/** What an unknown word costs less when enough of the title agrees. */
const contextRelief = 0.75;
/** A known word is taken for mistyped only when so many of the title's letters stand beside it. */
const minContext = 0.5;
/** Edits in one word of a part of a title; with more, the part is no evidence. */
const maxEditsInPart = 1;
const minLengthInPart = 5;
const hasDigit = /\d/u;

/** Compares two folded titles. */
export function compareTitles(asked: string, title: string, words: WordKnowledge): Similarity {
  const askedWords = indexWords(asked);
  const titleWords = indexWords(title);
  const pairs = pairWords(askedWords, titleWords);
  const weigh = (list: readonly string[]) => list.reduce((sum, w) => sum + words.weightOf(w), 0);
  const exact = pairs.filter((pair) => pair.word === pair.meant).map((pair) => pair.word);
  const slips = pairs.filter((pair) => pair.word !== pair.meant);
  const sure = slips.filter((slip) => isSureSlip(slip, words)).map((slip) => slip.meant);
  const titleWeight = weigh(titleWords);
  const found = weigh(exact) + weigh(sure);
  const strays = askedWords.length + titleWords.length - 2 * pairs.length;
  const cost =
    strays * strayWordCost +
    slips.reduce((sum, slip) => sum + costOfSlip(slip, { words, pairs, title: titleWords }), 0);
  const isComplete = exact.length === askedWords.length && exact.length === titleWords.length;
  return {
    spelling: spellingSimilarity(asked, title, cost),
    isContained: exact.length + sure.length === askedWords.length && (strays > 0 || isComplete),
    contained: found / Math.max(1, weigh(askedWords)),
    covered: found / Math.max(1, titleWeight),
    isPhrase: isPhrase(pairs, titleWords),
    askedWords: askedWords.length,
    rarity: Math.max(0, ...askedWords.map((word) => words.weightOf(word))) / words.weightOf(""),
  };
}

/** A word of the query and the word of the title that it stands for. */
interface WordPair {
  readonly word: string;
  readonly meant: string;
}

/** Pairs the words of the query with the same word of the title, else with the nearest. */
function pairWords(asked: readonly string[], title: readonly string[]): WordPair[] {
  const free = [...title];
  const take = (word: string | undefined) => {
    if (word !== undefined) free.splice(free.indexOf(word), 1);
    return word;
  };
  const same = asked.map((word) => (free.includes(word) ? take(word) : undefined));
  return asked.flatMap((word, position) => {
    const meant = same[position] ?? take(nearestWord(word, free));
    return meant === undefined ? [] : [{ word, meant }];
  });
}

function costOfSlip(
  slip: WordPair,
  beside: {
    readonly words: WordKnowledge;
    readonly pairs: readonly WordPair[];
    readonly title: readonly string[];
  },
): number {
  const { words, pairs, title } = beside;
  const isSupport = (pair: WordPair) =>
    pair !== slip && (pair.word === pair.meant || !words.hasWord(pair.word));
  const support = countLetters(pairs.filter(isSupport).map((pair) => pair.meant));
  const hasContext = support >= minContext * countLetters(title);
  const cost = slipCost(slip.word, slip.meant);
  if (!words.hasWord(slip.word) || isCommonSlip(slip.word, slip.meant)) {
    return hasContext ? cost - contextRelief : cost;
  }
  if (!hasContext) return Infinity;
  return cost + (knownWordCosts[slip.word.length] ?? knownLongWordCost);
}

function countLetters(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + word.length, 0);
}

function isSureSlip({ word, meant }: WordPair, words: WordKnowledge): boolean {
  return (
    word.length >= minLengthInPart &&
    !words.hasWord(word) &&
    boundedDistance(word, meant, maxEditsInPart) <= maxEditsInPart
  );
}

function spellingSimilarity(asked: string, title: string, cost: number): number {
  if (asked === title) return 1;
  if (digitsOf(asked) !== digitsOf(title)) return 0;
  const length = Math.max(asked.length, title.length);
  const limit = Math.max(1, Math.floor(length * largestDifference));
  const distance = boundedDistance(asked, title, limit);
  if (distance > limit) return 0;
  // One letter of the length is given away, so that short titles need to agree better.
  return Math.max(0, Math.min(1, 1 - (distance + cost) / Math.max(1, length - 1)));
}

function isPhrase(pairs: readonly WordPair[], title: readonly string[]): boolean {
  const meant = pairs.map((pair) => pair.meant);
  return title.some((_word, start) =>
    meant.every((word, offset) => title[start + offset] === word),
  );
}

function digitsOf(text: string): string {
  return hasDigit.test(text) ? text.replaceAll(/\D+/gu, " ").trim() : "";
}
