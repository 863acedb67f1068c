// Modules of songs as `buildInThread` loads them, in one: the input says what happens.
import { generateSongs } from "../../bench/catalogue/generate.js";
import type { OpenSongs } from "../../src/catalogue/build-job.js";
import type { SongInput } from "../../src/catalogue/song-input.js";
import { EarshotError } from "../../src/errors.js";
import { inventedSource } from "./temporary.js";

/** The URL of this module. */
export const songModule = import.meta.url;

export const openSongs: OpenSongs = (input, { onProgress, log }) => {
  if (input === "dying") process.exit(3);
  log.info({ input }, "opened");
  onProgress({ opened: true });
  return {
    songs: songsOf(input),
    source: () => inventedSource,
    note: "invented",
    report: () => ({ rows: 5 }),
  };
};

function songsOf(input: unknown): Generator<SongInput> {
  if (typeof input === "number") return generateSongs(input);
  return input === "unreadable" ? unreadable() : endless();
}

function* unreadable(): Generator<SongInput> {
  yield* generateSongs(6);
  throw new EarshotError("bad_song_file", "line 7 makes no sense");
}

function* endless(): Generator<SongInput> {
  for (let seed = 1; ; seed++) yield* generateSongs(1000, seed);
}
