import type { Embedding } from "../sound/embedding.js";
import { compareNeighbours, createNearestList, type Neighbour } from "./nearest-list.js";
import type { NumberArrays } from "./number-arrays.js";
import type { NearestPoints, VectorIndex } from "./vector-index.js";

export interface ScanOptions {
  /** Whether a song may be among the results. */
  readonly accept: (ordinal: number) => boolean;
  readonly count: number;
}

/**
 * A search that has not come by the seed's own vector has lost its way in the graph, and all it
 * found is wrong. That befalls about one seed in 5000, nearly none when the search is this wide.
 */
const WIDE_SEARCH = 512;
/** Squared distance of a vector to itself: 0, but for rounding where it was built elsewhere. */
const OWN_VECTOR = 1e-9;

/** Finds the songs near a song, see `Catalogue`. */
export interface NeighbourSearch {
  nearest(ordinal: number, count: number): readonly Neighbour[];
  scan(ordinal: number, options: ScanOptions): readonly Neighbour[];
}

/**
 * Joins the vector index, which knows distinct vectors, with the songs that share them.
 *
 * Vectors are computed from the features when they are needed: a million of them would cost more
 * memory than the features themselves.
 */
export function createNeighbourSearch(options: {
  readonly index: VectorIndex;
  readonly embedding: Embedding;
  readonly arrays: NumberArrays;
}): NeighbourSearch {
  const { index, embedding, arrays } = options;
  const { features, sameVector } = arrays;
  const size = sameVector.length;
  const width = features.length / size;
  const seedVector = emptyVector(embedding.dimensions);
  const songVector = emptyVector(embedding.dimensions);

  function scan(seed: number, { accept, count }: ScanOptions): readonly Neighbour[] {
    const list = createNearestList(count);
    embedding.embed(features, seed * width, seedVector);
    for (let ordinal = 0; ordinal < size; ordinal++) {
      if (ordinal === seed || !accept(ordinal)) continue;
      embedding.embed(features, ordinal * width, songVector);
      list.offer(ordinal, squaredDistance(seedVector, songVector));
    }
    return list.neighbours();
  }

  /** The points nearest to the seed's vector, or `undefined` when the index cannot find them. */
  function search(wanted: number): NearestPoints | undefined {
    // One more than wanted: the seed's own vector is always the nearest.
    for (const width of [wanted + 1, Math.max(wanted + 1, WIDE_SEARCH)]) {
      const points = index.nearest(seedVector, width);
      const hasSeed = (points.squaredDistances[0] ?? Infinity) < OWN_VECTOR;
      if (hasSeed && points.labels.length >= Math.min(width, index.points)) return points;
    }
    return undefined;
  }

  function nearest(seed: number, count: number): readonly Neighbour[] {
    const wanted = Math.min(count, size - 1);
    if (wanted <= 0) return [];
    embedding.embed(features, seed * width, seedVector);
    const points = search(wanted);
    if (points === undefined) return scan(seed, { accept: () => true, count });
    const { labels, squaredDistances } = points;
    const found: Neighbour[] = [];
    for (let i = 0; i < labels.length && found.length < wanted; i++) {
      const first = labels[i] ?? 0;
      const distance = Math.sqrt(squaredDistances[i] ?? 0);
      let ordinal = first;
      do {
        if (ordinal !== seed) found.push({ ordinal, distance });
        ordinal = sameVector[ordinal] ?? first;
      } while (ordinal !== first && found.length < wanted);
    }
    return found.sort(compareNeighbours);
  }

  return { nearest, scan };
}

function emptyVector(dimensions: number): number[] {
  return Array.from({ length: dimensions }, () => 0);
}

function squaredDistance(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    sum += difference * difference;
  }
  return sum;
}
