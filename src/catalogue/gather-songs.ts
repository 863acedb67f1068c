import { setImmediate } from "node:timers/promises";
import type { SqlDatabase } from "../storage/sqlite.js";
import { foldArtist, foldTitle, mainArtist, workOf } from "../titles/fold.js";
import { createGrowingArray } from "../titles/growing-array.js";
import { hashArtist } from "../titles/key-hash.js";
import { createTitleTables } from "../titles/title-storage.js";
import { createTitleWriter, type TitleWriter } from "../titles/title-writer.js";
import { createFeatureColumns, type FeatureColumns } from "./feature-columns.js";
import { createRecordings } from "./recordings.js";
import type { SongInput, SongStream } from "./song-input.js";
import { createSongWriter } from "./song-writer.js";
import { createTextIds } from "./text-ids.js";

/** All songs of a source after one pass over it. */
export interface GatheredSongs {
  readonly count: number;
  /** Songs left out because the same recording was there already. */
  readonly repeated: number;
  readonly works: Uint32Array;
  readonly artists: Uint32Array;
  /** 0 is unknown. */
  readonly years: Uint16Array;
  readonly columns: FeatureColumns;
  /** What is left to do for the texts; the songs are in the database already. */
  readonly titles: TitleWriter;
}

export interface GatherOptions {
  readonly db: SqlDatabase;
  readonly songs: SongStream;
  readonly signal?: AbortSignal | undefined;
  /** Called once in a while with the number of songs read. */
  readonly onProgress: (songs: number) => void;
}

/** The event loop gets its turn once in so many songs. */
const songsPerTurn = 1000;
const latestYear = 9999;

/**
 * Reads the source once and writes the songs.
 *
 * Memory: about 150 bytes a song.
 *
 * @throws the signal's reason, and whatever the source throws
 */
export async function gatherSongs(options: GatherOptions): Promise<GatheredSongs> {
  const { db, songs, signal, onProgress } = options;
  createTitleTables(db);
  const gathering = createGathering(db);
  db.exec("BEGIN");
  let read = 0;
  for await (const batch of Symbol.iterator in songs ? batchesOf(songs) : songs) {
    for (const song of batch) {
      gathering.add(song);
      read += 1;
      if (read % songsPerTurn > 0) continue;
      signal?.throwIfAborted();
      onProgress(read);
      await setImmediate();
    }
  }
  onProgress(read);
  return gathering.gathered();
}

function* batchesOf(songs: Iterable<SongInput>): Generator<readonly SongInput[]> {
  let batch: SongInput[] = [];
  for (const song of songs) {
    if (batch.push(song) < songsPerTurn) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

function createGathering(db: SqlDatabase) {
  const writer = createSongWriter(db);
  const titles = createTitleWriter(db);
  const columns = createFeatureColumns();
  const recordings = createRecordings(columns);
  const fold = createArtistFolder();
  const artistIds = createTextIds();
  const artists = createGrowingArray((length) => new Uint32Array(length));
  const years = createGrowingArray((length) => new Uint16Array(length));
  let repeated = 0;
  return {
    add(song: SongInput): void {
      const title = foldTitle(song.title);
      const artist = fold(song.artist);
      if (!recordings.add({ song, work: workOf(title, artist.main), notes: title.notes })) {
        repeated += 1;
        return;
      }
      const ordinal = years.length;
      const year = knownYear(song.year);
      writer.add({ ...song, year });
      titles.add({ ordinal, ...song }, { title, artistHash: artist.hash });
      columns.add(song.features);
      years.push(year ?? 0);
      artists.push(artistIds.idOf(artist.main));
    },
    gathered(): GatheredSongs {
      writer.finish();
      return {
        count: years.length,
        repeated,
        works: recordings.takeWorks(),
        artists: artists.take(),
        years: years.take(),
        columns,
        titles,
      };
    },
  };
}

interface FoldedArtist {
  /** From `mainArtist`. */
  readonly main: string;
  /** From `hashArtist`. */
  readonly hash: number;
}

/** Artists whose folded names are kept: an artist's songs mostly lie near each other in a file. */
const rememberedArtists = 4096;

function createArtistFolder(): (artist: string) => FoldedArtist {
  const remembered = new Map<string, FoldedArtist>();
  return (artist) => {
    const known = remembered.get(artist);
    if (known !== undefined) return known;
    if (remembered.size >= rememberedArtists) remembered.clear();
    const folded = { main: mainArtist(artist), hash: hashArtist(foldArtist(artist)) };
    remembered.set(artist, folded);
    return folded;
  };
}

function knownYear(year: number | undefined): number | undefined {
  if (year === undefined || !Number.isInteger(year)) return undefined;
  return year >= 1 && year <= latestYear ? year : undefined;
}
