import { z } from "zod";
import type { Log } from "../lifecycle.js";
import { runInThread } from "../worker-thread.js";
import { prepareBuild, removedOnFailure } from "./build.js";
import type { BuildJob, JobProgress } from "./build-job.js";
import { lockImports } from "./import-lock.js";
import { type Manifest, manifestSchema } from "./manifest.js";

export interface ThreadBuildOptions {
  /** Calls the build off: what it has written is removed. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: JobProgress) => void) | undefined;
  readonly log: Log;
}

/** A catalogue that was built, and the report of the module that read the songs. */
export interface ThreadBuild {
  readonly manifest: Manifest;
  readonly report: unknown;
}

const outcomeSchema = z.object({ manifest: manifestSchema, report: z.unknown() });
const progressSchema = z.custom<JobProgress>(
  (value) => typeof value === "object" && value !== null && "from" in value,
);

/**
 * Reads songs and builds the next version of a catalogue, all in a thread of its own, so that this
 * one goes on answering. It does not become the live one: see `writeCurrent`.
 *
 * One such build at a time works in a data folder. Whenever it ends without a catalogue, nothing of
 * it is left, and what was live stays live.
 *
 * @throws EarshotError `import_running` when another process builds, `bad_usage`, `bad_song_file`,
 *   `disk_full`; the signal's reason, and what the module of the songs throws
 */
export async function buildInThread(
  job: BuildJob,
  { signal, onProgress, log }: ThreadBuildOptions,
): Promise<ThreadBuild> {
  signal?.throwIfAborted();
  const lock = await lockImports(job.dataDir);
  try {
    const folder = await prepareBuild(job);
    const outcome = await removedOnFailure(folder, () =>
      runInThread(new URL("./build-worker.js", import.meta.url), {
        input: { folder, job },
        signal,
        log,
        onProgress: (details) => onProgress?.(progressSchema.parse(details)),
      }),
    );
    const { manifest, report } = outcomeSchema.parse(outcome);
    return { manifest, report };
  } finally {
    lock.release();
  }
}
