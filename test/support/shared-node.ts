import { after, before } from "node:test";
import { type NodeHere, startNodeHere } from "./node-here.js";

/** One node for a whole file of tests: to start one costs more than most tests ask of it. */
export function shareNode(): () => NodeHere {
  const endings: (() => unknown)[] = [];
  let node: NodeHere | undefined;
  before(async () => {
    node = await startNodeHere({ after: (run) => endings.push(run) });
  });
  after(async () => {
    for (const end of endings.toReversed()) await end();
  });
  return () => {
    if (node === undefined) throw new Error("the shared node is there once the tests run");
    return node;
  };
}
