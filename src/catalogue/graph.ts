import { stat } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { z } from "zod";
import { EarshotError } from "../errors.js";
import { sha256OfFile } from "../storage/durable-files.js";
import { runInThread, type ThreadContext } from "../worker-thread.js";
import { orderForInsertion } from "./insertion-order.js";
import { fileSealSchema, type FileSeal } from "./manifest.js";
import { createVectorIndexBuilder, leastIndexBytes } from "./vector-index.js";

/** The file of the vector index that is to be built. */
export const graphJobSchema = z.object({
  path: z.string(),
  /** One after the other, in shared memory. */
  vectors: z.custom<Float32Array>((value) => value instanceof Float32Array),
  dimensions: z.int().min(1),
  /** The rows that become points, each under its number. */
  rows: z.custom<Int32Array>((value) => value instanceof Int32Array),
});
export type GraphJob = Readonly<z.infer<typeof graphJobSchema>>;

export type GraphContext = Pick<ThreadContext, "signal"> & {
  /** Called once in a while with the number of points that are in. */
  readonly onProgress: (points: number) => void;
};

/** Fewer points than these take less than a second, and a thread costs memory and time to start. */
const pointsWorthAThread = 20_000;
/** The event loop gets its turn once in so many points (about 30 ms). */
const pointsPerTurn = 500;

/**
 * Builds the index in a thread of its own where that pays, so that the texts can be written
 * meanwhile.
 *
 * @throws EarshotError `disk_full` when the file could not be written whole; the signal's reason
 */
export async function buildGraphAside(job: GraphJob, context: GraphContext): Promise<FileSeal> {
  const build = job.rows.length < pointsWorthAThread ? buildGraph : buildGraphInThread;
  return await build(job, context);
}

/** Builds the index in a thread of its own. Errors as `buildGraphAside`. */
export async function buildGraphInThread(
  job: GraphJob,
  { signal, onProgress }: GraphContext,
): Promise<FileSeal> {
  const seal = await runInThread(new URL("./graph-worker.js", import.meta.url), {
    input: job,
    signal,
    onProgress: (points) => {
      onProgress(Number(points));
    },
  });
  return fileSealSchema.parse(seal);
}

/** Builds the index in this thread. Errors as `buildGraphAside`. */
export async function buildGraph(job: GraphJob, context: GraphContext): Promise<FileSeal> {
  const { path, vectors, dimensions, rows } = job;
  const shape = { dimensions, points: rows.length };
  const index = createVectorIndexBuilder(shape);
  try {
    const vector: number[] = Array.from({ length: dimensions }, () => 0);
    for (const [added, row] of orderForInsertion(vectors, dimensions, rows).entries()) {
      for (let i = 0; i < dimensions; i++) vector[i] = vectors[row * dimensions + i] ?? 0;
      index.add(row, vector);
      if (added % pointsPerTurn > 0) continue;
      context.onProgress(added);
      await setImmediate();
      context.signal.throwIfAborted();
    }
    context.onProgress(rows.length);
    await index.write(path);
  } finally {
    index.free();
  }
  const { size } = await stat(path);
  // The library does not notice that a disk is full.
  if (size < leastIndexBytes(shape)) {
    throw new EarshotError(
      "disk_full",
      `there is no room left to write ${path}; free some space ("earshot catalogue remove" removes old catalogues) and try again`,
    );
  }
  return { bytes: size, sha256: await sha256OfFile(path) };
}
