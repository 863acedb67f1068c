import type { SqlDatabase } from "../storage/sqlite.js";
import { foldArtist, type FoldedTitle, foldTitle } from "./fold.js";
import { createGrowingArray } from "./growing-array.js";
import { indexWords } from "./index-words.js";
import { hashArtist, hashKey, wordingTag } from "./key-hash.js";
import { layOutTitles } from "./title-layout.js";
import { saveArray, titleFormat } from "./title-storage.js";
import { saveWords } from "./word-layout.js";

/** A song as it enters the index. */
export interface TitleRow {
  /** Position of the song in the catalogue, 0 to n - 1. */
  readonly ordinal: number;
  readonly title: string;
  readonly artist: string;
  /** 0 to 1, absent when unknown. */
  readonly popularity?: number | undefined;
}

/** What a caller who has folded a song's texts already can hand over. */
export interface FoldedSong {
  readonly title: FoldedTitle;
  /** From `hashArtist`. */
  readonly artistHash: number;
}

/** Builds the title tables of one catalogue. */
export interface TitleWriter {
  /** @param folded the texts of the row, folded; folding is most of the work of adding a song */
  add(row: TitleRow, folded?: FoldedSong): void;
  /** Writes everything, within a savepoint of its own. Call it once, after the last song. */
  finish(): void;
}

/** What the writer has gathered: one entry per wording of a title, and the entries' words. */
export interface GatheredTitles {
  readonly hashHigh: Uint32Array;
  readonly hashLow: Uint32Array;
  readonly ordinal: Uint32Array;
  readonly artistHash: Uint16Array;
  readonly popularity: Uint8Array;
  readonly tags: Uint8Array;
  /** Where each entry's words begin in `words`; one more than there are entries. */
  readonly wordStart: Uint32Array;
  /** Positions in `vocabulary`. */
  readonly words: Uint32Array;
  readonly vocabulary: readonly string[];
}

/**
 * Creates a writer into tables made by `createTitleTables`.
 *
 * Memory while building: about 60 bytes per song.
 */
export function createTitleWriter(db: SqlDatabase): TitleWriter {
  const gatherer = createGatherer();
  return {
    add(row, { title: folded, artistHash } = foldSong(row)) {
      const song = {
        ordinal: row.ordinal,
        artistHash,
        popularity: popularityByte(row.popularity),
      };
      const notes = folded.notes === "" ? 0 : wordingTag(folded.notes);
      if (folded.core === "") return;
      gatherer.add(folded.core, { ...song, tags: wordingTag(folded.key) * 16 + notes });
      if (folded.otherCore !== undefined) gatherer.add(folded.otherCore, { ...song, tags: notes });
    },
    finish() {
      db.exec("SAVEPOINT titles");
      const gathered = gatherer.gathered();
      const table = layOutTitles(gathered);
      const weight = saveWords(db, gathered, table);
      saveArray(db, "format", Uint32Array.of(titleFormat));
      for (const name of ["directory", "fingerprint", "ordinal", "artistHash"] as const) {
        saveArray(db, name, table[name]);
      }
      saveArray(db, "popularity", table.popularity);
      saveArray(db, "tags", table.tags);
      saveArray(db, "weight", weight);
      db.exec("RELEASE titles");
    },
  };
}

function foldSong({ title, artist }: TitleRow): FoldedSong {
  return { title: foldTitle(title), artistHash: hashArtist(foldArtist(artist)) };
}

interface GatheredSong {
  readonly ordinal: number;
  readonly artistHash: number;
  readonly popularity: number;
  readonly tags: number;
}

function createGatherer() {
  const hashHigh = createGrowingArray((length) => new Uint32Array(length));
  const hashLow = createGrowingArray((length) => new Uint32Array(length));
  const ordinal = createGrowingArray((length) => new Uint32Array(length));
  const artistHash = createGrowingArray((length) => new Uint16Array(length));
  const popularity = createGrowingArray((length) => new Uint8Array(length));
  const tags = createGrowingArray((length) => new Uint8Array(length));
  const wordStart = createGrowingArray((length) => new Uint32Array(length));
  const words = createGrowingArray((length) => new Uint32Array(length));
  const ids = new Map<string, number>();
  return {
    add(core: string, song: GatheredSong) {
      const hash = hashKey(core);
      hashHigh.push(hash.high);
      hashLow.push(hash.low);
      ordinal.push(song.ordinal);
      artistHash.push(song.artistHash);
      popularity.push(song.popularity);
      tags.push(song.tags);
      wordStart.push(words.length);
      for (const word of new Set(indexWords(core))) {
        const id = ids.get(word) ?? ids.size;
        if (id === ids.size) ids.set(word, id);
        words.push(id);
      }
    },
    gathered(): GatheredTitles {
      wordStart.push(words.length);
      return {
        hashHigh: hashHigh.take(),
        hashLow: hashLow.take(),
        ordinal: ordinal.take(),
        artistHash: artistHash.take(),
        popularity: popularity.take(),
        tags: tags.take(),
        wordStart: wordStart.take(),
        words: words.take(),
        vocabulary: [...ids.keys()],
      };
    },
  };
}

function popularityByte(popularity: number | undefined): number {
  if (popularity === undefined || !Number.isFinite(popularity)) return 0;
  return 1 + Math.round(254 * Math.max(0, Math.min(1, popularity)));
}
