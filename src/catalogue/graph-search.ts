import { type CandidatePool, createCandidatePool } from "./candidate-pool.js";
import type { Graph } from "./graph-file.js";

/** The points nearest to a vector, as parallel lists, the nearest first. */
export interface NearestPoints {
  readonly labels: readonly number[];
  readonly squaredDistances: readonly number[];
}

/** @param width how many candidates are kept, at least as many as are wanted */
export type GraphSearch = (
  point: number,
  search: { readonly count: number; readonly width: number },
) => NearestPoints;

const mostRounds = 0xff_ff;
const linkCountMask = 0xff_ff;

/**
 * Creates the search for the points near a point of the graph.
 *
 * It is the search of the lowest level of an HNSW (Malkov and Yashunin, "Efficient and robust
 * approximate nearest neighbor search", algorithm 2). It begins at the point itself, where one for
 * any vector would have to find its way down all levels, and now and then lose it.
 */
export function createGraphSearch(graph: Graph): GraphSearch {
  const { vectors, labels, links, linkStride, dimensions } = graph;
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

  return (point, { count, width }) => {
    const kept = Math.min(Math.max(count, width), graph.points);
    if (pool.capacity < kept) pool = createCandidatePool(kept);
    pool.clear(kept);
    for (let i = 0; i < dimensions; i += 1) {
      target[i] = vectors[point * dimensions + i] ?? 0;
    }
    explore(point);
    return listNearest(pool, count, (other) => labels[other] ?? 0);
  };
}

function listNearest(
  pool: CandidatePool,
  count: number,
  labelOf: (point: number) => number,
): NearestPoints {
  const labels: number[] = [];
  const squaredDistances: number[] = [];
  const end = Math.min(count, pool.size());
  for (let place = 0; place < end; place += 1) {
    labels.push(labelOf(pool.pointAt(place)));
    squaredDistances.push(pool.distanceAt(place));
  }
  return { labels, squaredDistances };
}
