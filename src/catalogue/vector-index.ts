import hnswlib from "hnswlib-node";
import { EarshotError } from "../errors.js";
import { inTurns, type Steps } from "../steps.js";
import { type Graph, readGraphFile } from "./graph-file.js";
import { createGraphSearch } from "./graph-search.js";
import { readNeighbourLists } from "./neighbour-lists.js";

/** The points nearest to a vector, as parallel lists, the nearest first. */
export interface NearestPoints {
  readonly labels: Uint32Array;
  readonly squaredDistances: Float64Array;
}

/** An approximate nearest-neighbour index (HNSW) over squared Euclidean distance. */
export interface VectorIndex {
  readonly points: number;
  has(label: number): boolean;
  /**
   * The `count` points nearest to the vector of a label that it has, itself among them; all of them
   * when the index holds fewer. Approximate: measured recall@10 is at least 0.999 (see
   * docs/decisions). Fewer than `count` where the graph has no way to more.
   */
  nearestTo(label: number, count: number): NearestPoints;
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
const BUILD_WIDTH = 200;

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

/** So many points are looked at in one step of the event loop. */
const pointsPerStep = 1 << 16;
const NONE = -1;

/**
 * Reads an index without blocking the event loop.
 *
 * It is searched without hnswlib, which would keep 80 bytes a point for adding more, and would take
 * the process down over a damaged file.
 *
 * @param shape `songs`: the labels are 0 to `songs` - 1
 * @param lists the file of its `NeighbourLists`, where there is one
 * @throws EarshotError `bad_catalogue` when a file is not an index, or the lists of one, of this shape
 */
export async function readVectorIndex(
  path: string,
  shape: VectorIndexShape & { readonly songs: number },
  lists?: string,
): Promise<VectorIndex> {
  const graph = await readGraphFile(path);
  const { points, dimensions } = graph;
  if (points !== shape.points || dimensions !== shape.dimensions) {
    throw new EarshotError(
      "bad_catalogue",
      `${path} holds ${points} points of ${dimensions} dimensions, its manifest says ${shape.points} of ${shape.dimensions}; build the catalogue again`,
    );
  }
  const pointOf = await inTurns(findLabels(graph, shape.songs));
  const nearest = lists === undefined ? undefined : await readNeighbourLists(lists, points);
  const search = createGraphSearch(graph, nearest);
  return {
    points,
    has: (label) => (pointOf[label] ?? NONE) !== NONE,
    nearestTo(label, count) {
      const { points: near, squaredDistances } = search(pointOf[label] ?? 0, count);
      for (let place = 0; place < near.length; place += 1) {
        near[place] = graph.labels[near[place] ?? 0] ?? 0;
      }
      return { labels: near, squaredDistances };
    },
  };
}

/** The point of each label, or NONE. */
function* findLabels({ labels }: Graph, songs: number): Steps<Int32Array> {
  const pointOf = new Int32Array(songs).fill(NONE);
  for (const [point, label] of labels.entries()) {
    pointOf[label] = point;
    if (point % pointsPerStep === 0) yield;
  }
  return pointOf;
}
