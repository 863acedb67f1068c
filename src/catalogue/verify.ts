import { runInThread } from "../worker-thread.js";
import { bytesOf, type Manifest, manifestSchema, readManifest, verifyFolder } from "./manifest.js";

/** Fewer bytes than these are summed up in the time that a thread takes to start on a Pi. */
const bytesWorthAThread = 16 << 20;

/**
 * `verifyFolder`, in a thread of its own where that pays: the sums over a million songs keep a Pi
 * busy for seconds, and a node is to go on answering meanwhile.
 *
 * @throws EarshotError `bad_catalogue` naming the file that is missing or damaged; the signal's
 *   reason
 */
export async function verifyAside(folder: string, signal?: AbortSignal): Promise<Manifest> {
  const manifest = await readManifest(folder);
  if (bytesOf(manifest) < bytesWorthAThread) return await verifyFolder(folder);
  const verified = await runInThread(new URL("./verify-worker.js", import.meta.url), {
    input: folder,
    signal,
  });
  return manifestSchema.parse(verified);
}
