import { createNearestList } from "../../src/catalogue/nearest-list.js";
import type { GenreSongs } from "./genre-files.js";

const SEEDS = 2000;
const NEIGHBOURS = 10;

/** One way to make vectors: a function from a song's row to its vector. */
export type Vectors = (row: number) => readonly number[];

/** The share of the nearest songs of other artists that carry the seed's genre, over many seeds. */
export function shareOfGenre(
  { artists, genres }: Pick<GenreSongs, "artists" | "genres">,
  vectors: Vectors,
): number {
  const rows = artists.map((_, row) => vectors(row));
  const step = Math.max(1, Math.floor(rows.length / SEEDS));
  let same = 0;
  let found = 0;
  for (let seed = 0; seed < rows.length; seed += step) {
    const list = createNearestList(NEIGHBOURS);
    for (const [row, vector] of rows.entries()) {
      if (artists[row] !== artists[seed]) list.offer(row, squared(rows[seed] ?? [], vector));
    }
    for (const { ordinal } of list.neighbours()) {
      same += genres[ordinal] === genres[seed] ? 1 : 0;
      found += 1;
    }
  }
  return same / found;
}

function squared(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return sum;
}
