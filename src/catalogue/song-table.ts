import { setImmediate } from "node:timers/promises";
import { EarshotError } from "../errors.js";
import type { SqlDatabase, SqlRow, SqlStatement } from "../storage/sqlite.js";

/** One song as people know it. */
export interface Song {
  readonly id: string;
  readonly title: string;
  readonly artist: string;
  readonly year: number | undefined;
}

/** Reads songs, the recent ones from memory. */
export interface SongReader {
  /** @throws EarshotError `bad_catalogue` when there is no such ordinal */
  song(ordinal: number): Song;
  /** The songs in the order of their ordinals given, with one call to the database at most. */
  songs(ordinals: readonly number[]): readonly Song[];
  ordinalOfId(id: string): number | undefined;
  /**
   * Reads every song into memory, a little at a time, where all of them have room; until the
   * signal says that the database is closed.
   */
  warmUp(signal: AbortSignal): Promise<void>;
}

/** Songs kept in memory, about 200 bytes each, where all of them have room; a power of two. */
const cachedSongs = 131_072;
/** Of a larger catalogue fewer are kept: few would be asked for again. */
const cachedOfMany = 16_384;
/** Rows read in one step of the warm-up: about 2 ms of the event loop. */
const rowsPerStep = 256;
/** Rows asked for in one statement. */
const mostRows = 32;

const columns = "ordinal, id, title, artist, year";

/** Opens the songs table of a finished catalogue. */
export function createSongReader(db: SqlDatabase, count: number): SongReader {
  const cache = createSongCache(count);
  const byId = db.prepare("SELECT ordinal FROM songs WHERE id = ?");
  const selects = new Map<number, SqlStatement>();

  function load(ordinals: readonly number[]): void {
    for (let start = 0; start < ordinals.length; start += mostRows) {
      const part = ordinals.slice(start, start + mostRows);
      const select = selects.get(part.length) ?? db.prepare(selectRows(part.length));
      selects.set(part.length, select);
      for (const row of select.all(...part)) cache.put(Number(row[0]), decodeSong(row));
    }
  }

  function song(ordinal: number): Song {
    const cached = cache.get(ordinal);
    if (cached !== undefined) return cached;
    load([ordinal]);
    const loaded = cache.get(ordinal);
    if (loaded === undefined) throw missing(ordinal);
    return loaded;
  }

  return {
    song,
    songs(ordinals) {
      const absent = ordinals.filter((ordinal) => cache.get(ordinal) === undefined);
      if (absent.length > 0) load(absent);
      return ordinals.map(song);
    },
    ordinalOfId(id) {
      const row = byId.get(id);
      return row === undefined ? undefined : Number(row[0]);
    },
    async warmUp(signal) {
      if (count > cachedSongs) return;
      const select = db.prepare(`SELECT ${columns} FROM songs WHERE ordinal >= ? AND ordinal < ?`);
      for (let start = 0; start < count && !signal.aborted; start += rowsPerStep) {
        for (const row of select.all(start, start + rowsPerStep)) {
          cache.put(Number(row[0]), decodeSong(row));
        }
        await setImmediate();
      }
    },
  };
}

interface SongCache {
  get(ordinal: number): Song | undefined;
  put(ordinal: number, song: Song): void;
}

/**
 * A direct-mapped cache: a song has one place, which it shares with the ordinals that equal it
 * modulo the size. Bounded like an LRU and without an LRU's bookkeeping at every hit.
 */
function createSongCache(count: number): SongCache {
  const places = count > cachedSongs ? cachedOfMany : cachedSongs;
  const mask = places - 1;
  const size = Math.min(count, places);
  const songs: (Song | undefined)[] = Array.from({ length: size });
  const owners = new Int32Array(size).fill(-1);
  return {
    get: (ordinal) => (owners[ordinal & mask] === ordinal ? songs[ordinal & mask] : undefined),
    put(ordinal, song) {
      owners[ordinal & mask] = ordinal;
      songs[ordinal & mask] = song;
    },
  };
}

function selectRows(count: number): string {
  return `SELECT ${columns} FROM songs WHERE ordinal IN (${Array(count).fill("?").join(",")})`;
}

function decodeSong([, id, title, artist, year]: SqlRow): Song {
  return {
    id: String(id),
    title: String(title),
    artist: String(artist),
    year: year === null || year === undefined ? undefined : Number(year),
  };
}

function missing(ordinal: number): EarshotError {
  return new EarshotError(
    "bad_catalogue",
    `the catalogue has no song ${ordinal}; build the catalogue again`,
  );
}
