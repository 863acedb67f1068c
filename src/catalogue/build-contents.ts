import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { EarshotError } from "../errors.js";
import { sha256OfFile } from "../storage/durable-files.js";
import { openDatabase, type SqlDatabase } from "../storage/sqlite.js";
import { embedAll, fitFeatures, type FittedFeatures, interleave } from "./fit-features.js";
import { type GatheredSongs, gatherSongs } from "./gather-songs.js";
import { buildGraphAside, type GraphJob } from "./graph.js";
import { linkIdentical } from "./identical-vectors.js";
import type { FileSeal, Manifest } from "./manifest.js";
import { type NumberArrays, writeNumberArrays } from "./number-arrays.js";
import type { SongInput } from "./song-input.js";

/** How far a build is. */
export type BuildProgress =
  | { readonly stage: "songs"; readonly songs: number }
  | { readonly stage: "index"; readonly points: number; readonly of: number }
  | { readonly stage: "sealing" };

/** What the manifest says about the songs and the files. */
export type Contents = Pick<
  Manifest,
  "songs" | "repeated" | "points" | "dimensions" | "features" | "dropped" | "files"
>;

export interface ContentsOptions {
  readonly songs: Iterable<SongInput> | AsyncIterable<SongInput>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: BuildProgress) => void) | undefined;
}

/**
 * Writes the songs, their titles and the vector index into an empty folder.
 *
 * The songs are written while they are read. Then the graph, which needs nothing but the vectors,
 * and the tables of the titles are made side by side.
 */
export async function writeContents(folder: string, options: ContentsOptions): Promise<Contents> {
  const path = join(folder, "songs.db");
  const db = openDatabase(path);
  const { onProgress = () => {}, signal = new AbortController().signal, songs } = options;
  try {
    tuneForBuild(db);
    const gathered = await gatherSongs({
      db,
      songs,
      signal,
      onProgress: (read) => {
        onProgress({ stage: "songs", songs: read });
      },
    });
    const fitted = fitFeatures(gathered.columns);
    checkComparable(gathered.count, fitted);
    const { graph, ...numbers } = planNumbers(gathered, fitted);
    const of = graph.rows.length;
    const [index] = await bothOrNone(signal, [
      (either) =>
        buildGraphAside(
          { ...graph, path: join(folder, "index.hnsw") },
          {
            signal: either,
            onProgress: (points) => {
              onProgress({ stage: "index", points, of });
            },
          },
        ),
      async () => {
        // The thread of the graph must have started: this does not let go for a while.
        await setImmediate();
        writeNumberArrays(db, numbers);
        gathered.finishTexts();
        db.close();
      },
    ]);
    return {
      songs: gathered.count,
      repeated: gathered.repeated,
      points: of,
      dimensions: graph.dimensions,
      features: [...fitted.features],
      dropped: [...fitted.dropped],
      files: { "songs.db": await sealOf(path), "index.hnsw": index },
    };
  } finally {
    db.close();
  }
}

/** Lays out what is kept as plain numbers, and what the graph is made of. */
function planNumbers(
  { works, artists, years, columns }: GatheredSongs,
  { features: scaled }: FittedFeatures,
): NumberArrays & { readonly graph: Omit<GraphJob, "path"> } {
  const names = scaled.map((feature) => feature.name);
  const features = interleave(columns, names);
  const { vectors, dimensions } = embedAll(features, scaled);
  const { next: sameVector, firsts: rows } = linkIdentical(vectors, dimensions);
  return { works, artists, years, features, sameVector, graph: { vectors, dimensions, rows } };
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

/** A build that dies is thrown away whole, so that a journal would be work for nothing. */
function tuneForBuild(db: SqlDatabase): void {
  db.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -32768");
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
