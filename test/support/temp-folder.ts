import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whatever runs something at its end: a test's context, or `node:test` itself for a whole file. */
export interface Cleanup {
  after(run: () => unknown): void;
}

/** A folder of the test's own, removed after it. */
export async function makeTempFolder(t: Cleanup): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "earshot-test-"));
  // Hooks run in the order of their creation, so a node may still be writing into its folder; an
  // error here would keep the hook that ends the node from running.
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }));
  return folder;
}
