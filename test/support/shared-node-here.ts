import { after, before } from "node:test";
import { type NodeHere, startNodeHere } from "./node-here.js";

/** As `shareNode`, in the test's own process. */
export function shareNodeHere(extra: NodeJS.ProcessEnv = {}): () => NodeHere {
  const endings: (() => unknown)[] = [];
  let node: NodeHere | undefined;
  before(async () => {
    node = await startNodeHere({ after: (run) => endings.push(run) }, extra);
  });
  after(async () => {
    for (const end of endings.toReversed()) await end();
  });
  return () => {
    if (node === undefined) throw new Error("the shared node is there once the tests run");
    return node;
  };
}
