import { indexWords } from "./index-words.js";
import type { TitleTable } from "./title-table.js";
import {
  findWord,
  nearWords,
  titlesOfWeight,
  type NearWord,
  type Vocabulary,
} from "./vocabulary.js";

/** What the search reads. */
export interface TitleSearchSource {
  readonly table: TitleTable;
  readonly vocabulary: Vocabulary;
  /** Ascending first entries of the titles with this word. */
  readonly titlesWithWord: (wordId: number) => Uint32Array;
  /** Ascending ids of the words in which these letters are neighbours. */
  readonly wordsWithPair: (pair: number) => Uint32Array;
}

/** Finds titles by their words. */
export interface TitleSearch {
  /**
   * First entries of the titles that share the most telling words with a folded title, the most
   * promising first.
   *
   * @param options `correctKnownWords`: look also for what words of the vocabulary may be mistyped
   *   from; the others are always looked up by their letters
   */
  search(
    core: string,
    options: { readonly limit: number; readonly correctKnownWords: boolean },
  ): number[];
}

/** One word's titles, and what they gain by it. */
interface WordList {
  /** Position of the query's word that this list stands for. */
  readonly term: number;
  readonly wordId: number;
  readonly gain: number;
}

/** Bounds the time of a query: beyond so many list items, common words are left out. */
const maxItems = 120_000;
const maxCorrectedWords = 6;
const correctionsPerWord = 10;
/** The readings of one query ask for the same words. */
const maxRememberedWords = 32;
/** What a word that is this many edits away counts. */
const gainByEdits = [1, 0.8, 0.6] as const;
/** A title enters the contest while it can still reach this share of the query's weight. */
const admission = 0.4;
const queryShare = 0.7;

/** Creates the search over one catalogue. It keeps about 2 bytes per entry as working memory. */
export function createTitleSearch(source: TitleSearchSource): TitleSearch {
  const { table, vocabulary } = source;
  const wordScratch = new Uint8Array(vocabulary.wordCount);
  const gained = new Uint16Array(table.entryCount);

  const remembered = new Map<string, readonly NearWord[]>();

  function rememberedNearWords(word: string): readonly NearWord[] {
    const known = remembered.get(word);
    if (known !== undefined) return known;
    const near = nearWords(vocabulary, word, {
      limit: correctionsPerWord,
      wordsWithPair: source.wordsWithPair,
      scratch: wordScratch,
    });
    if (remembered.size === maxRememberedWords) remembered.clear();
    remembered.set(word, near);
    return near;
  }

  function listsOf(core: string, correctKnownWords: boolean): WordList[] {
    const lists: WordList[] = [];
    const words = new Set(indexWords(core));
    let corrected = 0;
    for (const [term, word] of [...words].entries()) {
      const id = findWord(vocabulary, word);
      if (id >= 0) lists.push({ term, wordId: id, gain: vocabulary.weight[id] ?? 0 });
      if ((id >= 0 && !correctKnownWords) || corrected >= maxCorrectedWords) continue;
      corrected += 1;
      for (const near of rememberedNearWords(word)) {
        const gain = (vocabulary.weight[near.id] ?? 0) * (gainByEdits[near.distance] ?? 0);
        lists.push({ term, wordId: near.id, gain: Math.round(gain) });
      }
    }
    return lists.sort((a, b) => b.gain - a.gain || a.wordId - b.wordId);
  }

  return {
    search(core, { limit, correctKnownWords }) {
      const lists = listsOf(core, correctKnownWords);
      const reachable = reachableGains(lists);
      const queryWeight = reachable[0] ?? 0;
      const touched: number[] = [];
      let items = 0;
      for (const [position, { wordId, gain }] of lists.entries()) {
        const expected = titlesOfWeight(table.entryCount, vocabulary.weight[wordId] ?? 1);
        if (items > 0 && items + expected > maxItems) continue;
        const mayEnter = (reachable[position] ?? 0) >= admission * queryWeight;
        const titles = source.titlesWithWord(wordId);
        items += titles.length;
        for (const entry of titles) {
          const before = gained[entry] ?? 0;
          if (before === 0) {
            if (!mayEnter) continue;
            touched.push(entry);
          }
          gained[entry] = before + gain;
        }
      }
      const best = selectBest(touched, limit, (entry) => {
        const gain = gained[entry] ?? 0;
        const ofTitle = gain / Math.max(1, table.weight[entry] ?? 1);
        return (queryShare * gain) / queryWeight + (1 - queryShare) * ofTitle;
      });
      for (const entry of touched) gained[entry] = 0;
      return best;
    },
  };
}

/** For each list the most that a title can gain by it and the lists after it, one per word. */
function reachableGains(lists: readonly WordList[]): number[] {
  const best = new Map<number, number>();
  const reachable: number[] = [];
  let sum = 0;
  for (const { term, gain } of lists.toReversed()) {
    const before = best.get(term) ?? 0;
    if (gain > before) {
      best.set(term, gain);
      sum += gain - before;
    }
    reachable.push(sum);
  }
  return reachable.reverse();
}

/** The `limit` items with the highest score, best first; ties go to the lower item. */
function selectBest(
  items: readonly number[],
  limit: number,
  scoreOf: (item: number) => number,
): number[] {
  const best: { readonly item: number; readonly score: number }[] = [];
  let worst = 0;
  for (const item of items) {
    const score = scoreOf(item);
    if (best.length >= limit && score < worst) continue;
    best.push({ item, score });
    if (best.length < 4 * limit) continue;
    best.sort((a, b) => b.score - a.score || a.item - b.item).splice(limit);
    worst = best.at(-1)?.score ?? 0;
  }
  return best
    .sort((a, b) => b.score - a.score || a.item - b.item)
    .slice(0, limit)
    .map(({ item }) => item);
}
