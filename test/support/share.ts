import { after } from "node:test";
import type { Cleanup } from "./temp-folder.js";
import { type NodeHere, startNodeHere } from "./node-here.js";

/**
 * One of something for a whole file of tests: what costs more to start than most tests ask of it.
 * It is there from the first test on that wants it, and ends after all of them.
 */
export function share<Shared>(start: (t: Cleanup) => Promise<Shared>): () => Promise<Shared> {
  const endings: (() => unknown)[] = [];
  let shared: Promise<Shared> | undefined;
  after(async () => {
    for (const end of endings.toReversed()) await end();
  });
  return () => (shared ??= start({ after: (run) => endings.push(run) }));
}

/** One node for a whole file of tests, in their own process. */
export function shareNode(): () => Promise<NodeHere> {
  return share((t) => startNodeHere(t));
}
