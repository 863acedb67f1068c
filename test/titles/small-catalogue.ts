import { after } from "node:test";
import { indexSongs } from "../../bench/titles/open-songs.js";
import { resolveTitle, type Resolution } from "../../src/titles/resolve.js";
import type { TitleQuery } from "../../src/titles/parse-query.js";

/** An invented or famous song: title, artist, popularity. */
export type SongRow = readonly [title: string, artist: string, popularity?: number];

/** Asks a catalogue of a few songs. */
export interface SmallCatalogue {
  resolve(query: string | TitleQuery): Resolution;
  /** "Title / Artist" of the accepted song, or "not found". */
  answer(query: string | TitleQuery): string;
  /** "Title / Artist" of alternatives or suggestions. */
  others(query: string | TitleQuery): readonly string[];
}

/** Builds a real index over a few songs; it is closed after the tests of the file. */
export function smallCatalogue(rows: readonly SongRow[]): SmallCatalogue {
  const songs = rows.map(([title, artist, popularity]) => ({ title, artist, popularity }));
  const { db, index } = indexSongs(songs);
  after(() => {
    db.close();
  });
  const nameOf = (ordinal: number) => `${songs[ordinal]?.title} / ${songs[ordinal]?.artist}`;
  const resolve = (query: string | TitleQuery) =>
    resolveTitle(index, typeof query === "string" ? { title: query } : query);
  return {
    resolve,
    answer(query) {
      const resolution = resolve(query);
      return resolution.outcome === "accepted" ? nameOf(resolution.ordinal) : "not found";
    },
    others(query) {
      const resolution = resolve(query);
      const songs =
        resolution.outcome === "accepted" ? resolution.alternatives : resolution.suggestions;
      return songs.map(({ ordinal }) => nameOf(ordinal));
    },
  };
}
