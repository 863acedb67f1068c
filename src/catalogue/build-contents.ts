import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { EarshotError } from "../errors.js";
import { sha256OfFile } from "../storage/durable-files.js";
import { inTurns } from "../steps.js";
import { openDatabase, type SqlDatabase } from "../storage/sqlite.js";
import type { TitleWriter } from "../titles/title-writer.js";
import { embedAll, fitFeatures, type FittedFeatures, interleave } from "./fit-features.js";
import { gatherSongs } from "./gather-songs.js";
import { buildGraphAside, type GraphJob } from "./graph.js";
import { readGraphFile } from "./graph-file.js";
import { linkIdentical } from "./identical-vectors.js";
import type { FileSeal, Manifest } from "./manifest.js";
import { isWorthListing, listNeighbours, writeNeighbourLists } from "./neighbour-lists.js";
import { writeNumberArrays } from "./number-arrays.js";
import type { SongStream } from "./song-input.js";
import { indexSongIds } from "./song-writer.js";

/** How far a build is. */
export type BuildProgress =
  | { readonly stage: "songs"; readonly songs: number }
  | { readonly stage: "index" | "neighbours"; readonly points: number; readonly of: number }
  | { readonly stage: "sealing" };

/** What the manifest says about the songs and the files. */
export type Contents = Pick<
  Manifest,
  "songs" | "repeated" | "points" | "dimensions" | "features" | "dropped" | "files"
>;

export interface ContentsOptions {
  readonly songs: SongStream;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: BuildProgress) => void) | undefined;
}

/**
 * Writes the songs, their titles and the vector index into an empty folder.
 *
 * The songs are written while they are read. Then the graph, which needs nothing but the vectors,
 * and the tables of the titles are made side by side; what is near each point comes last.
 */
export async function writeContents(folder: string, options: ContentsOptions): Promise<Contents> {
  const { onProgress = () => {}, signal = new AbortController().signal } = options;
  const path = join(folder, "songs.db");
  const db = openDatabase(path);
  try {
    // A build that dies is thrown away whole, so that a journal would be work for nothing.
    db.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384");
    const { about, graph, titles } = await writeSongs(db, { ...options, signal, onProgress });
    const job = { ...graph, path: join(folder, "index.hnsw") };
    const onPoints = (points: number): void => {
      onProgress({ stage: "index", points, of: graph.rows.length });
    };
    const [index, texts] = await bothOrNone(signal, [
      (either) => buildGraphAside(job, { signal: either, onProgress: onPoints }),
      async () => {
        // The thread of the graph must have started: this does not let go for a while.
        await setImmediate();
        titles.finish();
        indexSongIds(db);
        db.exec("COMMIT");
        db.close();
        return await sealOf(path);
      },
    ]);
    const neighbours = await writeNeighbours(folder, { points: about.points, signal, onProgress });
    return {
      ...about,
      files: {
        "songs.db": texts,
        "index.hnsw": index,
        ...(neighbours && { "neighbours.bin": neighbours }),
      },
    };
  } finally {
    db.close();
  }
}

interface BuildWatch {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BuildProgress) => void;
}

/** What is left to do when the songs and the numbers are in the database. */
interface Rest {
  readonly about: Omit<Contents, "files">;
  readonly graph: Omit<GraphJob, "path">;
  readonly titles: TitleWriter;
}

/** Writes what is near each point; `undefined` where there are too many points for that. */
async function writeNeighbours(
  folder: string,
  { points, signal, onProgress }: BuildWatch & { readonly points: number },
): Promise<FileSeal | undefined> {
  if (!isWorthListing(points)) return undefined;
  const path = join(folder, "neighbours.bin");
  const graph = await readGraphFile(join(folder, "index.hnsw"));
  const lists = await inTurns(
    listNeighbours(graph, (done) => {
      signal.throwIfAborted();
      onProgress({ stage: "neighbours", points: done, of: points });
    }),
  );
  await writeNeighbourLists(path, lists);
  return await sealOf(path);
}

/** Only what is needed later is returned: a million songs leave hundreds of megabytes behind. */
async function writeSongs(db: SqlDatabase, options: ContentsOptions & BuildWatch): Promise<Rest> {
  const { songs, signal, onProgress } = options;
  const { count, repeated, columns, titles, ...numbers } = await gatherSongs({
    db,
    songs,
    signal,
    onProgress: (read) => {
      onProgress({ stage: "songs", songs: read });
    },
  });
  const { features, dropped } = fitFeatures(columns);
  checkComparable(count, { features, dropped });
  const names = features.map((feature) => feature.name);
  const values = interleave(columns, names);
  const { vectors, dimensions } = embedAll(values, features);
  const { next: sameVector, firsts: rows } = linkIdentical(vectors, dimensions);
  writeNumberArrays(db, { ...numbers, features: values, sameVector });
  return {
    about: {
      songs: count,
      repeated,
      points: rows.length,
      dimensions,
      features: [...features],
      dropped: [...dropped],
    },
    graph: { vectors, dimensions, rows },
    titles,
  };
}

/** Runs two things side by side; when one fails, the other is called off and waited for. */
async function bothOrNone<A, B>(
  signal: AbortSignal,
  [first, second]: readonly [
    (either: AbortSignal) => Promise<A>,
    (either: AbortSignal) => Promise<B>,
  ],
): Promise<[A, B]> {
  const failing = new AbortController();
  const either = AbortSignal.any([signal, failing.signal]);
  const guard = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      failing.abort(error);
      throw error;
    }
  };
  const works = [guard(first(either)), guard(second(either))] as const;
  await Promise.allSettled(works);
  failing.signal.throwIfAborted();
  return await Promise.all(works);
}

async function sealOf(path: string): Promise<FileSeal> {
  return { bytes: (await stat(path)).size, sha256: await sha256OfFile(path) };
}

function checkComparable(count: number, { features, dropped }: FittedFeatures): void {
  if (features.length > 0) return;
  const reasons = dropped.map(({ name, reason }) => `${name} is ${reason}`).join(", ");
  throw new EarshotError(
    "bad_song_file",
    `there are ${count} songs and no feature in which they differ (${reasons || "there are no features"}); at least two songs that differ in tempo, energy or another number are needed`,
  );
}
