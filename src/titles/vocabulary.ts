import { boundedDistance } from "./distance.js";
import { maxWordLength } from "./index-words.js";

/**
 * All words of all titles, sorted by length, then by code units; a word's id is its position.
 * Words of one length lie side by side, so no offsets are needed.
 */
export interface Vocabulary {
  readonly wordCount: number;
  /** The words' UTF-16 code units, one after the other. */
  readonly text: Uint16Array;
  /** First id of each length; `lengthStart[maxWordLength + 1]` is the number of words. */
  readonly lengthStart: Uint32Array;
  /** Where the code units of the words of each length begin in `text`. */
  readonly textStart: Uint32Array;
  /** How telling each word is, 1 to 255; see `wordWeight`. */
  readonly weight: Uint8Array;
}

/** A word of the vocabulary that may be meant by a mistyped one. */
export interface NearWord {
  readonly id: number;
  /** Edits apart, 1 or 2. */
  readonly distance: number;
}

/** Shortest word that is looked up by its letters, in UTF-16 code units. */
export const minTypoLength = 3;

const weightPerNat = 4;

/**
 * How telling a word is: its inverse document frequency, ln(1 + titles / titlesWithWord) × 4,
 * rounded, 1 to 255.
 */
export function wordWeight(titles: number, titlesWithWord: number): number {
  const weight = Math.round(weightPerNat * Math.log(1 + titles / titlesWithWord));
  return Math.max(1, Math.min(255, weight));
}

/** About how many of the titles have a word of this weight: the inverse of `wordWeight`. */
export function titlesOfWeight(titles: number, weight: number): number {
  return titles / Math.expm1(weight / weightPerNat);
}

/** Where the code units of the words of each length begin, from the first id of each length. */
export function textStarts(lengthStart: Uint32Array): Uint32Array {
  const starts = new Uint32Array(lengthStart.length);
  for (let length = 1; length < lengthStart.length; length += 1) {
    const shorter = (lengthStart[length] ?? 0) - (lengthStart[length - 1] ?? 0);
    starts[length] = (starts[length - 1] ?? 0) + shorter * (length - 1);
  }
  return starts;
}

/** The word's id, or -1. */
export function findWord(vocabulary: Vocabulary, word: string): number {
  if (word.length > maxWordLength) return -1;
  let low = vocabulary.lengthStart[word.length] ?? 0;
  let high = (vocabulary.lengthStart[word.length + 1] ?? 0) - 1;
  const firstId = low;
  const firstUnit = vocabulary.textStart[word.length] ?? 0;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const order = compareAt(vocabulary.text, firstUnit + (middle - firstId) * word.length, word);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** The word with this id. */
export function wordAt(vocabulary: Vocabulary, id: number): string {
  let length = 1;
  while ((vocabulary.lengthStart[length + 1] ?? Infinity) <= id) length += 1;
  const position = id - (vocabulary.lengthStart[length] ?? 0);
  const start = (vocabulary.textStart[length] ?? 0) + position * length;
  return String.fromCharCode(...vocabulary.text.subarray(start, start + length));
}

/** Neighbouring code units of a word with its edges, each pair as one number, without repeats. */
export function letterPairs(word: string): number[] {
  const pairs = new Set<number>();
  let previous = 0x20;
  for (let index = 0; index <= word.length; index += 1) {
    const unit = index < word.length ? word.charCodeAt(index) : 0x20;
    pairs.add(previous * 0x1_00_00 + unit);
    previous = unit;
  }
  return [...pairs];
}

/** Edits within which a mistyped word of this length is looked for. */
export function allowedEdits(length: number): number {
  if (length < minTypoLength) return 0;
  return length < 6 ? 1 : 2;
}

/**
 * Words within `allowedEdits` of a word, the nearest and then the most frequent first.
 *
 * Words are candidates when they share enough letter pairs (each edit spoils two of them, a swap
 * three), then their distance is computed: Ukkonen's q-gram lemma with q = 2.
 *
 * @param wordsWithPair ascending ids of the words that have this pair of letters
 */
export function nearWords(
  vocabulary: Vocabulary,
  word: string,
  search: {
    readonly limit: number;
    readonly wordsWithPair: (pair: number) => Uint32Array;
    /** `wordCount` zeros; left as zeros. */
    readonly scratch: Uint8Array;
  },
): NearWord[] {
  const edits = allowedEdits(word.length);
  if (edits === 0) return [];
  const from = vocabulary.lengthStart[Math.max(1, word.length - edits)] ?? 0;
  const to = vocabulary.lengthStart[Math.min(maxWordLength, word.length + edits) + 1] ?? 0;
  const pairs = letterPairs(word);
  const needed = Math.max(1, pairs.length - 2 * edits - 1);
  const candidates: number[] = [];
  const lists = pairs.map((pair) => slice(search.wordsWithPair(pair), from, to));
  for (const list of lists) {
    for (const id of list) {
      const count = (search.scratch[id] ?? 0) + 1;
      search.scratch[id] = count;
      if (count === needed) candidates.push(id);
    }
  }
  for (const list of lists) for (const id of list) search.scratch[id] = 0;
  return nearest(vocabulary, word, candidates).slice(0, search.limit);
}

function nearest(vocabulary: Vocabulary, word: string, candidates: readonly number[]): NearWord[] {
  const edits = allowedEdits(word.length);
  const near: NearWord[] = [];
  for (const id of candidates) {
    const distance = boundedDistance(word, wordAt(vocabulary, id), edits);
    if (distance > 0 && distance <= edits) near.push({ id, distance });
  }
  const weightOf = (id: number) => vocabulary.weight[id] ?? 0;
  return near.sort(
    (a, b) => a.distance - b.distance || weightOf(a.id) - weightOf(b.id) || a.id - b.id,
  );
}

/** The part of an ascending list that lies in [from, to). */
function slice(list: Uint32Array, from: number, to: number): Uint32Array {
  return list.subarray(lowerBound(list, from), lowerBound(list, to));
}

function lowerBound(list: Uint32Array, value: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function compareAt(text: Uint16Array, start: number, word: string): number {
  for (let index = 0; index < word.length; index += 1) {
    const difference = (text[start + index] ?? 0) - word.charCodeAt(index);
    if (difference !== 0) return difference;
  }
  return 0;
}
