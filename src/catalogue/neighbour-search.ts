import type { Embedding } from "../sound/embedding.js";
import { compareNeighbours, createNearestList, type Neighbour } from "./nearest-list.js";
import type { NumberArrays } from "./number-arrays.js";
import type { VectorIndex } from "./vector-index.js";

export interface ScanOptions {
  /** Whether a song is to be compared at all. */
  readonly accept: (ordinal: number) => boolean;
  /** Gets each of them with its distance, by ascending ordinals. */
  readonly offer: (ordinal: number, distance: number) => void;
}

/** Finds the songs near a song, see `Catalogue`. */
export interface NeighbourSearch {
  nearest(ordinal: number, count: number): readonly Neighbour[];
  scan(ordinal: number, options: ScanOptions): void;
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

  function scan(seed: number, { accept, offer }: ScanOptions): void {
    embedding.embed(features, seed * width, seedVector);
    for (let ordinal = 0; ordinal < size; ordinal++) {
      if (ordinal === seed || !accept(ordinal)) continue;
      embedding.embed(features, ordinal * width, songVector);
      offer(ordinal, distanceBetween(seedVector, songVector));
    }
  }

  function scanAll(seed: number, count: number): readonly Neighbour[] {
    const list = createNearestList(count);
    scan(seed, { accept: () => true, offer: list.offer });
    return list.neighbours();
  }

  /** The song of the seed's ring that is the label of their vector. */
  function labelOf(seed: number): number {
    let label = seed;
    while (!index.has(label)) label = sameVector[label] ?? seed;
    return label;
  }

  function nearest(seed: number, count: number): readonly Neighbour[] {
    const wanted = Math.min(count, size - 1);
    if (wanted <= 0) return [];
    // One more than wanted: the seed's own vector is the nearest.
    const points = index.nearestTo(labelOf(seed), wanted + 1);
    const isCutOff = points.labels.length < Math.min(wanted + 1, index.points);
    if (isCutOff) return scanAll(seed, count);
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
    return inOrder(found);
  }

  return { nearest, scan };
}

/** Only songs that are equally far can be out of order, and most are not. */
function inOrder(found: Neighbour[]): readonly Neighbour[] {
  const isOut = (neighbour: Neighbour, place: number): boolean => {
    const before = found[place - 1];
    return before !== undefined && compareNeighbours(before, neighbour) > 0;
  };
  return found.some(isOut) ? found.sort(compareNeighbours) : found;
}

function emptyVector(dimensions: number): number[] {
  return Array.from({ length: dimensions }, () => 0);
}

function distanceBetween(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}
