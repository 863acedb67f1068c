import assert from "node:assert/strict";
import { test } from "node:test";
import { askNode } from "../../src/cli/ask-node.js";
import type { NodeLine } from "../../src/cli/node-line.js";
import { createDeferred } from "../../src/deferred.js";

test("when nobody answers, it is said who was asked, where, and what to look at", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  for (const [node, message] of [
    [
      "any",
      "no recommender answered within 10 s at pi:1883; is recommender.enabled on a node there?",
    ],
    [
      "loft",
      "node loft has not answered within 10 s at pi:1883; is it up, with recommender.enabled?",
    ],
  ] as const) {
    const sent = createDeferred<void>();
    const line: NodeLine = {
      base: "earshot",
      node: "kitchen",
      where: "pi:1883",
      client: "me",
      lost: new AbortController().signal,
      listen: async () => {},
      send: async () => {
        sent.resolve();
      },
      end: async () => {},
    };
    const stop = new AbortController().signal;
    const asking = assert.rejects(askNode(line, { node, request: { title: "Hello" }, stop }), {
      code: "timeout",
      message,
    });
    await sent.promise;
    // The deadline is set when what `send` promised has been taken note of.
    await new Promise(setImmediate);
    t.mock.timers.tick(10_000);
    await asking;
  }
});
