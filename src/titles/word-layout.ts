import type { SqlDatabase } from "../storage/sqlite.js";
import { maxWordLength } from "./index-words.js";
import type { TitleLayout } from "./title-layout.js";
import { bytesOf, saveArray } from "./title-storage.js";
import type { GatheredTitles } from "./title-writer.js";
import { letterPairs, minTypoLength, wordWeight } from "./vocabulary.js";

/** Lists of numbers, one after the other: list `i` is `values[start[i] .. start[i + 1])`. */
interface Lists {
  readonly start: Uint32Array;
  readonly values: Uint32Array;
}

/**
 * Writes the vocabulary, which titles have each word, and which words have each pair of letters.
 *
 * @returns the weight of each table entry's title
 */
export function saveWords(
  db: SqlDatabase,
  gathered: GatheredTitles,
  layout: TitleLayout,
): Uint16Array {
  const order = sortedByLength(gathered.vocabulary);
  const titles = invertTitles(gathered, layout);
  const titleCount = countGroups(layout);
  const weightOf = Uint8Array.from(gathered.vocabulary, (_word, index) =>
    wordWeight(titleCount, listLength(titles, index)),
  );
  saveVocabulary(db, { words: order.map((index) => gathered.vocabulary[index] ?? "") });
  saveArray(
    db,
    "wordWeight",
    Uint8Array.from(order, (index) => weightOf[index] ?? 0),
  );
  const insert = db.prepare("INSERT INTO title_words(id, titles) VALUES (?, ?)");
  for (const [id, index] of order.entries()) insert.run(id, bytesOf(listAt(titles, index)));
  saveLetterPairs(
    db,
    order.map((index) => gathered.vocabulary[index] ?? ""),
  );
  return titleWeights(gathered, layout, weightOf);
}

/** Positions in the vocabulary, by length of the word, then by its code units. */
function sortedByLength(vocabulary: readonly string[]): number[] {
  const word = (index: number) => vocabulary[index] ?? "";
  return Array.from(vocabulary, (_word, index) => index).sort(
    (a, b) => word(a).length - word(b).length || (word(a) < word(b) ? -1 : 1),
  );
}

function saveVocabulary(db: SqlDatabase, { words }: { readonly words: readonly string[] }): void {
  const lengthStart = new Uint32Array(maxWordLength + 2);
  const text = new Uint16Array(words.reduce((sum, word) => sum + word.length, 0));
  let end = 0;
  for (const word of words) {
    lengthStart[word.length + 1] = (lengthStart[word.length + 1] ?? 0) + 1;
    for (let index = 0; index < word.length; index += 1) text[end + index] = word.charCodeAt(index);
    end += word.length;
  }
  for (let length = 1; length < lengthStart.length; length += 1) {
    lengthStart[length] = (lengthStart[length] ?? 0) + (lengthStart[length - 1] ?? 0);
  }
  saveArray(db, "wordLengthStart", lengthStart);
  saveArray(db, "wordText", text);
}

/** For each word the first entries of the groups of entries in which it occurs, ascending. */
function invertTitles(gathered: GatheredTitles, layout: TitleLayout): Lists {
  const start = new Uint32Array(gathered.vocabulary.length + 1);
  eachGroupWord(gathered, layout, (word) => {
    start[word + 1] = (start[word + 1] ?? 0) + 1;
  });
  for (let index = 1; index < start.length; index += 1) {
    start[index] = (start[index] ?? 0) + (start[index - 1] ?? 0);
  }
  const values = new Uint32Array(start.at(-1) ?? 0);
  const next = start.slice();
  eachGroupWord(gathered, layout, (word, group) => {
    const position = next[word] ?? 0;
    values[position] = group;
    next[word] = position + 1;
  });
  return { start, values };
}

/** Visits every different word of every group of entries of one title, in the table's order. */
function eachGroupWord(
  gathered: GatheredTitles,
  layout: TitleLayout,
  visit: (word: number, group: number) => void,
): void {
  const lastGroup = new Int32Array(gathered.vocabulary.length).fill(-1);
  let group = 0;
  for (let entry = 0; entry < layout.entryCount; entry += 1) {
    if (layout.fingerprint[entry] !== layout.fingerprint[group]) group = entry;
    const source = layout.source[entry] ?? 0;
    const end = gathered.wordStart[source + 1] ?? 0;
    for (let position = gathered.wordStart[source] ?? 0; position < end; position += 1) {
      const word = gathered.words[position] ?? 0;
      if (lastGroup[word] === group) continue;
      lastGroup[word] = group;
      visit(word, group);
    }
  }
}

function countGroups(layout: TitleLayout): number {
  let groups = 0;
  for (let entry = 0; entry < layout.entryCount; entry += 1) {
    if (entry === 0 || layout.fingerprint[entry] !== layout.fingerprint[entry - 1]) groups += 1;
  }
  return groups;
}

/** Each entry's own words' weights, summed up. */
function titleWeights(
  gathered: GatheredTitles,
  layout: TitleLayout,
  weightOf: Uint8Array,
): Uint16Array {
  return Uint16Array.from(layout.source, (source) => {
    const from = gathered.wordStart[source] ?? 0;
    const words = gathered.words.subarray(from, gathered.wordStart[source + 1]);
    return words.reduce((sum, word) => sum + (weightOf[word] ?? 0), 0);
  });
}

function saveLetterPairs(db: SqlDatabase, words: readonly string[]): void {
  const wordsWithPair = new Map<number, number[]>();
  for (const [id, word] of words.entries()) {
    if (word.length < minTypoLength) continue;
    for (const pair of letterPairs(word)) {
      const list = wordsWithPair.get(pair);
      if (list === undefined) wordsWithPair.set(pair, [id]);
      else list.push(id);
    }
  }
  const insert = db.prepare("INSERT INTO title_letter_pairs(pair, words) VALUES (?, ?)");
  for (const pair of [...wordsWithPair.keys()].sort((a, b) => a - b)) {
    insert.run(pair, bytesOf(Uint32Array.from(wordsWithPair.get(pair) ?? [])));
  }
}

function listAt(lists: Lists, index: number): Uint32Array {
  return lists.values.subarray(lists.start[index], lists.start[index + 1]);
}

function listLength(lists: Lists, index: number): number {
  return (lists.start[index + 1] ?? 0) - (lists.start[index] ?? 0);
}
