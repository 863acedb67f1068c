import { type CandidatePool, createCandidatePool } from "./candidate-pool.js";
import type { Graph } from "./graph-file.js";

/** The points nearest to a point, itself among them, the nearest first. */
export interface NearPoints {
  readonly points: Uint32Array;
  /** In the order of the points. */
  readonly squaredDistances: Float64Array;
}

/** Finds the `count` points nearest to a point; fewer where the graph has no way to more. */
export type GraphSearch = (point: number, count: number) => NearPoints;

/** What a search has found for each point of a graph, so that it need not be looked for again. */
export interface NeighbourLists {
  /** How many are listed of each point, without the point itself. */
  readonly length: number;
  /** One list after the other, the nearest first; one that ends in its own point is not whole. */
  readonly points: Uint32Array;
}

/** Candidates that a search keeps at least. */
const searchWidth = 26;
const mostRounds = 0xff_ff;
const linkCountMask = 0xff_ff;

/**
 * Creates the search for the points near a point of the graph.
 *
 * It is the search of the lowest level of an HNSW (Malkov and Yashunin, "Efficient and robust
 * approximate nearest neighbor search", algorithm 2). It begins at the point itself, where one for
 * any vector would have to find its way down all levels, and now and then lose it.
 *
 * @param lists where they are long enough there is nothing to look for, and the answer is the same
 */
export function createGraphSearch(graph: Graph, lists?: NeighbourLists): GraphSearch {
  const { vectors, links, linkStride, dimensions } = graph;
  const target = new Float64Array(dimensions);
  /** The round in which a point was seen last, so that it need not be emptied for each search. */
  const seen = new Uint16Array(graph.points);
  let round = 0;
  let pool = createCandidatePool(64);

  function squaredDistance(point: number): number {
    const start = point * dimensions;
    let sum = 0;
    for (let i = 0; i < dimensions; i += 1) {
      const difference = (target[i] ?? 0) - (vectors[start + i] ?? 0);
      sum += difference * difference;
    }
    return sum;
  }

  function nextRound(): number {
    if (round === mostRounds) {
      seen.fill(0);
      round = 0;
    }
    round += 1;
    return round;
  }

  /** Looks at the neighbours of the nearest candidate, until all that are kept have had their turn. */
  function explore(start: number): void {
    const now = nextRound();
    seen[start] = now;
    pool.offer(start, 0);
    for (let point = pool.next(); point !== -1; point = pool.next()) {
      const begin = point * linkStride;
      const end = begin + ((links[begin] ?? 0) & linkCountMask);
      for (let link = begin + 1; link <= end; link += 1) {
        const other = links[link] ?? 0;
        if (seen[other] === now) continue;
        seen[other] = now;
        pool.offer(other, squaredDistance(other));
      }
    }
  }

  /** Takes what is listed; `false` when that is not enough. */
  function recall(start: number, count: number): boolean {
    if (lists === undefined || count > lists.length + 1) return false;
    const begin = start * lists.length;
    if (lists.points[begin + lists.length - 1] === start) return false;
    pool.offer(start, 0);
    for (let place = begin; place < begin + count - 1; place += 1) {
      const other = lists.points[place] ?? 0;
      pool.offer(other, squaredDistance(other));
    }
    return true;
  }

  return (point, count) => {
    const kept = Math.min(Math.max(count, searchWidth), graph.points);
    if (pool.capacity < kept) pool = createCandidatePool(kept);
    pool.clear(kept);
    for (let i = 0; i < dimensions; i += 1) {
      target[i] = vectors[point * dimensions + i] ?? 0;
    }
    if (!recall(point, count)) explore(point);
    return nearestOf(pool, count);
  };
}

function nearestOf(pool: CandidatePool, count: number): NearPoints {
  const size = Math.min(count, pool.size());
  const points = new Uint32Array(size);
  const squaredDistances = new Float64Array(size);
  for (let place = 0; place < size; place += 1) {
    points[place] = pool.pointAt(place);
    squaredDistances[place] = pool.distanceAt(place);
  }
  return { points, squaredDistances };
}
