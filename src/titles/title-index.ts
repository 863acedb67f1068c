import { atOnce, type Steps } from "../steps.js";
import type { SqlDatabase } from "../storage/sqlite.js";
import { hashKey } from "./key-hash.js";
import { maxWordLength } from "./index-words.js";
import { createTitleSearch } from "./title-search.js";
import { damaged, loadArray, numbersOf, titleFormat } from "./title-storage.js";
import { findGroup, groupEnd, type TitleTable } from "./title-table.js";
import { findWord, textStarts, wordWeight, type Vocabulary } from "./vocabulary.js";

/** Title and artist of a song, as people know them. */
export interface SongText {
  readonly title: string;
  readonly artist: string;
}

/** One song that owns a title. */
export interface TitleOwner {
  readonly ordinal: number;
  /** From `hashArtist`: equal for equal folded names. */
  readonly artistHash: number;
  /** 0 unknown, else 1 to 255, the most popular. */
  readonly popularity: number;
  /** `wordingTag` of the folded key; 0 when the title was found under another common wording. */
  readonly wording: number;
  /** `wordingTag` of the notes on the release; 0 when there are none. */
  readonly notes: number;
}

/** What the resolver needs from storage. */
export interface TitleIndex {
  /** Number of titles in all wordings; one that several songs have counts for each. */
  readonly titleCount: number;
  /** The songs with this title (`core` of a folded title), in no useful order; empty when none. */
  owners(core: string): readonly TitleOwner[];
  /**
   * One song for each of the titles that share the most telling words with a folded title, the most
   * promising first.
   *
   * @param options `correctKnownWords`: words of the vocabulary may be mistyped too
   */
  similar(
    core: string,
    options: { readonly limit: number; readonly correctKnownWords: boolean },
  ): readonly number[];
  /** How telling a word is; words of no title count as the rarest. */
  weightOf(word: string): number;
  /** Whether a word occurs in any title. */
  hasWord(word: string): boolean;
  /** The song's texts. */
  songText(ordinal: number): SongText;
}

export interface TitleIndexOptions {
  readonly db: SqlDatabase;
  /** Looks a song up by ordinal; it should be cached. */
  readonly songText: (ordinal: number) => SongText;
}

/**
 * Opens the title tables of a catalogue. About 20 bytes per song stay in memory; an exact title
 * needs no call to the database.
 *
 * @throws EarshotError `bad_catalogue` when the tables are of another format or incomplete
 */
export function openTitleIndex(options: TitleIndexOptions): TitleIndex {
  return atOnce(openTitleIndexInSteps(options));
}

/** `openTitleIndex`, about a millisecond a step. */
export function* openTitleIndexInSteps(options: TitleIndexOptions): Steps<TitleIndex> {
  const { db, songText } = options;
  const format = numbersOf(new Uint8Array(yield* loadArray(db, "format")))[0];
  if (format !== titleFormat) throw damaged("format");
  const table = yield* loadTable(db);
  const vocabulary = yield* loadVocabulary(db);
  const selectTitles = db.prepare("SELECT titles FROM title_words WHERE id = ?");
  const selectWords = db.prepare("SELECT words FROM title_letter_pairs WHERE pair = ?");
  const search = createTitleSearch({
    table,
    vocabulary,
    titlesWithWord: (id) => numbersOf(selectTitles.get(id)?.[0]),
    wordsWithPair: (pair) => numbersOf(selectWords.get(pair)?.[0]),
  });
  const unknownWeight = wordWeight(table.entryCount, 0.5);
  return {
    titleCount: table.entryCount,
    songText,
    owners: (core) => ownersOf(table, core),
    similar: (core, limits) =>
      search.search(core, limits).map((entry) => table.ordinal[entry] ?? 0),
    weightOf(word) {
      const id = findWord(vocabulary, word);
      return id === -1 ? unknownWeight : (vocabulary.weight[id] ?? 0);
    },
    hasWord: (word) => findWord(vocabulary, word) !== -1,
  };
}

function ownersOf(table: TitleTable, core: string): TitleOwner[] {
  const owners: TitleOwner[] = [];
  const first = findGroup(table, hashKey(core));
  const end = first === -1 ? -1 : groupEnd(table, first);
  for (let entry = first; entry < end; entry += 1) {
    const tags = table.tags[entry] ?? 0;
    owners.push({
      ordinal: table.ordinal[entry] ?? 0,
      artistHash: table.artistHash[entry] ?? 0,
      popularity: table.popularity[entry] ?? 0,
      wording: tags >>> 4,
      notes: tags & 15,
    });
  }
  return owners;
}

function* loadTable(db: SqlDatabase): Steps<TitleTable> {
  const ordinal = new Uint32Array(yield* loadArray(db, "ordinal"));
  const table = {
    entryCount: ordinal.length,
    directory: new Uint32Array(yield* loadArray(db, "directory")),
    fingerprint: new Uint32Array(yield* loadArray(db, "fingerprint")),
    ordinal,
    artistHash: new Uint16Array(yield* loadArray(db, "artistHash")),
    popularity: new Uint8Array(yield* loadArray(db, "popularity")),
    tags: new Uint8Array(yield* loadArray(db, "tags")),
    weight: new Uint16Array(yield* loadArray(db, "weight")),
  };
  const { fingerprint, artistHash, popularity, tags, weight } = table;
  for (const column of [fingerprint, artistHash, popularity, tags, weight]) {
    if (column.length !== table.entryCount) throw damaged("entries");
  }
  if (table.directory.at(-1) !== table.entryCount) throw damaged("directory");
  return table;
}

function* loadVocabulary(db: SqlDatabase): Steps<Vocabulary> {
  const weight = new Uint8Array(yield* loadArray(db, "wordWeight"));
  const lengthStart = new Uint32Array(yield* loadArray(db, "wordLengthStart"));
  if (lengthStart.length !== maxWordLength + 2 || lengthStart.at(-1) !== weight.length) {
    throw damaged("vocabulary");
  }
  const text = new Uint16Array(yield* loadArray(db, "wordText"));
  const textStart = textStarts(lengthStart);
  return { wordCount: weight.length, text, lengthStart, textStart, weight };
}
