import { setImmediate } from "node:timers/promises";
import type { Log } from "../lifecycle.js";
import type { SqlDatabase } from "../storage/sqlite.js";
import { workKey } from "../titles/fold.js";
import { createGrowingArray } from "../titles/growing-array.js";
import { createTitleTables } from "../titles/title-storage.js";
import { createTitleWriter } from "../titles/title-writer.js";
import { createFeatureColumns, type FeatureColumns } from "./feature-columns.js";
import { deriveSongId, type SongInput } from "./song-input.js";
import { createSongWriter, type SongWriter } from "./song-table.js";

/** All songs of a source after one pass over it; the texts are in the database by then. */
export interface GatheredSongs {
  readonly count: number;
  /** Songs left out because the same work with the same features was there already. */
  readonly repeated: number;
  readonly works: Uint32Array;
  readonly artists: Uint32Array;
  /** 0 is unknown. */
  readonly years: Uint16Array;
  readonly columns: FeatureColumns;
}

/** The event loop gets its turn once in so many songs. */
const songsPerTurn = 1000;
const songsPerReport = 100_000;
const latestYear = 9999;

/**
 * Reads the source once and writes the songs and title tables.
 *
 * Memory: about 200 bytes a song, most of it for telling repeated recordings.
 */
export async function gatherSongs(options: {
  readonly db: SqlDatabase;
  readonly songs: Iterable<SongInput> | AsyncIterable<SongInput>;
  readonly log: Log;
}): Promise<GatheredSongs> {
  const { db, songs, log } = options;
  createTitleTables(db);
  const gathering = createGathering(db);
  db.exec("BEGIN");
  let read = 0;
  for await (const song of songs) {
    gathering.add(song);
    read += 1;
    if (read % songsPerTurn === 0) await setImmediate();
    if (read % songsPerReport === 0) log.info({ songs: read }, "songs read");
  }
  const gathered = gathering.finish();
  db.exec("COMMIT");
  return gathered;
}

function createGathering(db: SqlDatabase) {
  const writeSong = createUniqueIdWriter(createSongWriter(db));
  const titles = createTitleWriter(db);
  const columns = createFeatureColumns();
  const recordings = createRecordings(columns);
  const artistIds = new Map<string, number>();
  const artists = createGrowingArray((length) => new Uint32Array(length));
  const years = createGrowingArray((length) => new Uint16Array(length));
  let repeated = 0;
  return {
    add(song: SongInput): void {
      const ordinal = years.length;
      if (!recordings.add(song)) {
        repeated += 1;
        return;
      }
      const year = knownYear(song.year);
      writeSong(ordinal, { ...song, year });
      titles.add({ ordinal, ...song });
      columns.add(song.features);
      years.push(year ?? 0);
      artists.push(idOf(artistIds, workKey("", song.artist)));
    },
    finish(): GatheredSongs {
      titles.finish();
      return {
        count: years.length,
        repeated,
        works: recordings.works(),
        artists: artists.values(),
        years: years.values(),
        columns,
      };
    },
  };
}

/** Keeps the songs of each work in a chain, so that a song is compared with those alone. */
function createRecordings(columns: FeatureColumns) {
  const NONE = 0;
  const workIds = new Map<string, number>();
  const works = createGrowingArray((length) => new Uint32Array(length));
  // Rows count from 1 here, so that 0 can end a chain.
  const latest: number[] = [];
  const previous: number[] = [];
  return {
    /** Takes the next song in; `false` when it is there already. */
    add(song: SongInput): boolean {
      const work = idOf(workIds, workKey(song.title, song.artist));
      const chain = latest[work] ?? NONE;
      for (let row = chain; row !== NONE; row = previous[row - 1] ?? NONE) {
        if (columns.isSame(row - 1, song.features)) return false;
      }
      works.push(work);
      previous.push(chain);
      latest[work] = works.length;
      return true;
    },
    works: () => works.values(),
  };
}

/** Writes songs under their own or a derived id; an id that is taken gets a number: "id-2". */
function createUniqueIdWriter(writer: SongWriter) {
  const timesTaken = new Map<string, number>();
  return (ordinal: number, song: SongInput): void => {
    const own = song.id?.trim() ?? "";
    const wanted = own === "" ? deriveSongId(song) : own;
    const { title, artist, year } = song;
    let id = wanted;
    while (!writer.add(ordinal, { id, title, artist, year })) {
      const times = (timesTaken.get(wanted) ?? 1) + 1;
      timesTaken.set(wanted, times);
      id = `${wanted}-${times}`;
    }
  };
}

function idOf(ids: Map<string, number>, key: string): number {
  const known = ids.get(key);
  if (known !== undefined) return known;
  const id = ids.size;
  ids.set(key, id);
  return id;
}

function knownYear(year: number | undefined): number | undefined {
  if (year === undefined || !Number.isInteger(year)) return undefined;
  return year >= 1 && year <= latestYear ? year : undefined;
}
