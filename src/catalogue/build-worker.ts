// Reads songs and builds a catalogue in a thread of its own, see build-in-thread.ts.
import { z } from "zod";
import { serveThread, type ThreadContext } from "../worker-thread.js";
import { buildIn } from "./build.js";
import { buildJobSchema, type JobProgress, type OpenSongs } from "./build-job.js";

const inputSchema = z.object({ folder: z.string(), job: buildJobSchema });
const moduleSchema = z.object({
  openSongs: z.custom<OpenSongs>((value) => typeof value === "function"),
});

serveThread(async (input, context) => {
  const { folder, job } = inputSchema.parse(input);
  const { signal, log } = context;
  const tell = (progress: JobProgress): void => {
    context.onProgress(progress);
  };
  const songsContext: ThreadContext = {
    ...context,
    onProgress: (details) => {
      tell({ from: "songs", details });
    },
  };
  const { openSongs } = moduleSchema.parse({ ...(await import(job.songs.module)) });
  const opened = await openSongs(job.songs.input, songsContext);
  const report = opened.report?.bind(opened);
  const manifest = await buildIn(folder, {
    dataDir: job.dataDir,
    name: job.name,
    songs: opened.songs,
    source: () => opened.source(),
    note: opened.note,
    report,
    signal,
    log,
    onProgress: (progress) => {
      tell({ from: "build", progress });
    },
  });
  return { manifest, report: report?.() };
});
