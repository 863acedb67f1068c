import { readFile, writeFile } from "node:fs/promises";
import { EarshotError, messageOf } from "../errors.js";
import type { Steps } from "../steps.js";
import type { Graph } from "./graph-file.js";
import { createGraphSearch, type NeighbourLists } from "./graph-search.js";

/** A question for ten songs looks at so many (`rankNeighbours`). */
const mostListed = 17;
/** Of more points they are not worth their memory, 68 bytes a point. */
const mostPoints = 131_072;
/** So many are searched for in one step of the event loop. */
const pointsPerStep = 64;

/** Whether the points of a graph are few enough to list what is near each. */
export function isWorthListing(points: number): boolean {
  return points <= mostPoints;
}

/**
 * Searches for the points near each point of a graph, once and for all: most questions are for ten
 * songs, and at 100,000 points a search costs as much as all the rest of an answer.
 *
 * @param onProgress called after each step with the number of points that are done
 */
export function* listNeighbours(
  graph: Graph,
  onProgress: (points: number) => void = () => {},
): Steps<NeighbourLists> {
  const search = createGraphSearch(graph);
  const length = listLength(graph.points);
  const lists = new Uint32Array(graph.points * length);
  for (let point = 0; point < graph.points; point += 1) {
    const { points } = search(point, length + 1);
    for (let place = 0; place < length; place += 1) {
      lists[point * length + place] = points[place + 1] ?? point;
    }
    if ((point + 1) % pointsPerStep > 0) continue;
    onProgress(point + 1);
    yield;
  }
  onProgress(graph.points);
  return { length, points: lists };
}

/** Writes the lists as they lie in memory, in the byte order of this machine. */
export async function writeNeighbourLists(path: string, { points }: NeighbourLists): Promise<void> {
  await writeFile(path, points);
}

/**
 * Reads the lists of a graph with so many points.
 *
 * @throws EarshotError `bad_catalogue` when the file cannot be read or is of another size
 */
export async function readNeighbourLists(path: string, points: number): Promise<NeighbourLists> {
  const length = listLength(points);
  const lists = new Uint32Array(points * length);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw unusable(path, messageOf(cause));
  });
  if (bytes.length !== lists.byteLength) throw unusable(path, `it has ${bytes.length} bytes`);
  new Uint8Array(lists.buffer).set(bytes);
  return { length, points: lists };
}

function listLength(points: number): number {
  return Math.min(mostListed, points - 1);
}

function unusable(path: string, reason: string): EarshotError {
  return new EarshotError(
    "bad_catalogue",
    `${path} cannot be used as lists of a vector index: ${reason}; build the catalogue again`,
  );
}
