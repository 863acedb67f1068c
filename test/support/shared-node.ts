import { after, before } from "node:test";
import { type NodeProcess, startNode } from "./node-process.js";

/** One node for a whole file of tests: to start one costs more than most tests ask of it. */
export function shareNode(): () => NodeProcess {
  const endings: (() => unknown)[] = [];
  let node: NodeProcess | undefined;
  before(async () => {
    node = await startNode({ after: (run) => endings.push(run) });
  });
  after(async () => {
    for (const end of endings.toReversed()) await end();
  });
  return () => {
    if (node === undefined) throw new Error("the shared node is there once the tests run");
    return node;
  };
}
