import type { SongInput } from "../catalogue/song-input.js";

const wanted = 3;
/** Numerical Recipes' generator: the same songs for the same file, every time. */
const multiplier = 1_664_525;
const increment = 1_013_904_223;
const modulus = 2 ** 32;

/** Keeps a few songs out of all, each with the same chance (Vitter's algorithm R). */
export function createSampler() {
  const kept: SongInput[] = [];
  let seen = 0;
  let random = 1;
  return {
    offer(song: SongInput): void {
      seen += 1;
      if (kept.length < wanted) {
        kept.push(song);
        return;
      }
      random = (random * multiplier + increment) % modulus;
      const place = Math.floor((random / modulus) * seen);
      if (place < wanted) kept[place] = song;
    },
    samples: (): readonly SongInput[] => kept,
  };
}
