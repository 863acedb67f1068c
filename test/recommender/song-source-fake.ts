import { encodeSong } from "../../src/contract/encode-reply.js";
import type { Neighbour, Song, SongSource } from "../../src/recommender/song-source.js";

/** One song of the fake catalogue. */
export interface FakeSong {
  readonly work: number;
  readonly artist: number;
  readonly year: number | undefined;
  /** Where the song lies on a line; the distance of two songs is that of their places. */
  readonly place: number;
}

/** A catalogue of our own interface in memory, its songs on a line; exact in everything. */
export function createFakeSource(songs: readonly FakeSong[]): SongSource {
  const describe = (ordinal: number): Song => ({
    id: `s${ordinal}`,
    title: `Song ${ordinal}`,
    artist: `Artist ${songs[ordinal]?.artist}`,
    year: songs[ordinal]?.year,
  });
  const byDistance = (seed: number): Neighbour[] =>
    songs
      .map((song, ordinal) => ({
        ordinal,
        distance: Math.abs(song.place - (songs[seed]?.place ?? 0)),
      }))
      .filter(({ ordinal }) => ordinal !== seed)
      .sort((a, b) => a.distance - b.distance || a.ordinal - b.ordinal);
  return {
    columns: ["year", "place"],
    resolve: ({ title }) => {
      const ordinal = Number(title);
      return songs[ordinal] === undefined
        ? { outcome: "not_found", suggestions: [{ ordinal: 0, score: 0.4 }] }
        : { outcome: "accepted", ordinal, score: 1, kind: "exact", alternatives: [] };
    },
    ordinalOfId: (id) => {
      const ordinal = Number(id.slice(1));
      return id.startsWith("s") && songs[ordinal] !== undefined ? ordinal : undefined;
    },
    songs: (ordinals) => ordinals.map(describe),
    encodedSongs: (ordinals) => ordinals.map((ordinal) => encodeSong(describe(ordinal))),
    workOf: (ordinal) => songs[ordinal]?.work ?? -1,
    artistOf: (ordinal) => songs[ordinal]?.artist ?? -1,
    valueOf: (ordinal, column) =>
      column === "year" ? songs[ordinal]?.year : songs[ordinal]?.place,
    nearest: (seed, count) => byDistance(seed).slice(0, count),
    scan: (seed, { accept, offer }) => {
      for (const { ordinal, distance } of byDistance(seed).sort((a, b) => a.ordinal - b.ordinal)) {
        if (accept(ordinal)) offer(ordinal, distance);
      }
    },
    explain: (seed) => (other) => [`from ${seed}`, `to ${other}`],
  };
}
