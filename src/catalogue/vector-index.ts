import hnswlib from "hnswlib-node";
import { EarshotError, messageOf } from "../errors.js";

/** The points nearest to a vector, as parallel arrays, the nearest first. */
export interface NearestPoints {
  readonly labels: readonly number[];
  readonly squaredDistances: readonly number[];
}

/** An approximate nearest-neighbour index (HNSW) over squared Euclidean distance. */
export interface VectorIndex {
  readonly points: number;
  /**
   * The `count` points nearest to a vector; all of them when the index holds fewer. Approximate:
   * measured recall@10 is at least 0.999 (see docs/decisions).
   *
   * @param vector a plain array of finite numbers; the library neither takes typed arrays nor
   *   notices NaN
   */
  nearest(vector: number[], count: number): NearestPoints;
  /** Gives the memory back at once; nothing may be asked afterwards. */
  free(): void;
}

/** An index that is being built. */
export interface VectorIndexBuilder {
  add(label: number, vector: number[]): void;
  /** Does not notice a full disk: compare the size with `leastIndexBytes`. */
  write(path: string): Promise<void>;
  /** Gives the memory back at once; nothing may be added afterwards. */
  free(): void;
}

export interface VectorIndexShape {
  readonly dimensions: number;
  readonly points: number;
}

/** Links per point and layer. */
const LINKS = 12;
/** Candidates that are weighed when a point is linked in. */
const BUILD_WIDTH = 100;
/** Candidates that a search keeps; a search for more results widens itself. */
const SEARCH_WIDTH = 32;

/** Creates an empty index for exactly `points` points, each added once. */
export function createVectorIndexBuilder(shape: VectorIndexShape): VectorIndexBuilder {
  const graph = new hnswlib.HierarchicalNSW("l2", shape.dimensions);
  graph.initIndex({ maxElements: shape.points, m: LINKS, efConstruction: BUILD_WIDTH });
  return {
    add(label, vector) {
      graph.addPoint(vector, label);
    },
    async write(path) {
      await graph.writeIndex(path);
    },
    free: () => {
      empty(graph);
    },
  };
}

/** The file of such an index is larger than so many bytes: it holds all vectors and lowest links. */
export function leastIndexBytes({ dimensions, points }: VectorIndexShape): number {
  const linkBytes = 4 * (2 * LINKS + 1);
  const labelBytes = 8;
  return points * (4 * dimensions + linkBytes + labelBytes);
}

/**
 * The library frees its memory when the garbage collector finds the wrapper, which knows nothing of
 * its size and may take hours; to begin anew frees it now.
 */
function empty(graph: hnswlib.HierarchicalNSW): void {
  graph.initIndex({ maxElements: 1 });
}

/**
 * Reads an index without blocking the event loop.
 *
 * A damaged file can take the process down inside the library: check its SHA-256 first.
 *
 * @throws EarshotError `bad_catalogue` when the file is not an index of this shape
 */
export async function readVectorIndex(path: string, shape: VectorIndexShape): Promise<VectorIndex> {
  const graph = new hnswlib.HierarchicalNSW("l2", shape.dimensions);
  try {
    await graph.readIndex(path);
  } catch (cause) {
    throw new EarshotError("bad_catalogue", `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
  const points = graph.getCurrentCount();
  if (points !== shape.points) {
    throw new EarshotError(
      "bad_catalogue",
      `${path} holds ${points} points, its manifest says ${shape.points}; build the catalogue again`,
    );
  }
  graph.setEf(SEARCH_WIDTH);
  return {
    points,
    nearest(vector, count) {
      const found = graph.searchKnn(vector, Math.min(count, points));
      return { labels: found.neighbors, squaredDistances: found.distances };
    },
    free: () => {
      empty(graph);
    },
  };
}
