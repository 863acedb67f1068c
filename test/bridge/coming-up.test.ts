import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createBridge } from "../../src/bridge/bridge.js";
import { createDirections } from "../../src/bridge/directions.js";
import type { Connection } from "../../src/bus/connection.js";
import { nodeTopics } from "../../src/contract/topics.js";
import { createDeferred } from "../../src/deferred.js";
import { recordLog } from "../support/logs.js";
import { createManualClock } from "../support/manual-clock.js";
import { until } from "./bridges.js";

/** A bridge whose claim and whose connect upstream each wait until the test lets them go on. */
async function startSlowBridge(t: TestContext) {
  const counts = { claimed: 0, released: 0, connects: 0, ended: 0 };
  const claiming = createDeferred<void>();
  const connecting = createDeferred<void>();
  const connection = (onEnd: () => void): Connection => ({
    version: 5,
    isOpen: () => true,
    publish: async () => {},
    subscribe: async () => {},
    end: async () => onEnd(),
  });
  const address = { base: "earshot", node: "kitchen" };
  const topics = nodeTopics(address);
  const bridge = createBridge({
    directions: createDirections({ address, replyPrefixes: [], homeAssistant: undefined }),
    statusTopic: topics.status.topic,
    connectOwn: async () => connection(() => {}),
    async connectUpstream() {
      counts.connects += 1;
      await connecting.promise;
      return connection(() => {
        counts.ended += 1;
      });
    },
    name: {
      topic: topics.claim.topic,
      async claim() {
        counts.claimed += 1;
        await claiming.promise;
        return {
          async release() {
            counts.released += 1;
          },
        };
      },
      hear() {},
    },
    log: recordLog(),
    clock: createManualClock(),
  });
  t.after(() => bridge.stop());
  await bridge.start();
  await until("the claim", () => counts.claimed === 1);
  return { bridge, counts, claiming, connecting };
}

test("a bridge that is stopped while it asks for its name lets go of it and does not connect any more", async (t) => {
  const { bridge, counts, claiming } = await startSlowBridge(t);
  const stopping = bridge.stop();
  claiming.resolve();
  await stopping;
  assert.deepEqual(counts, { claimed: 1, released: 1, connects: 0, ended: 0 });
});

test("a bridge that is stopped while it connects lets go of its name and of the connection", async (t) => {
  const { bridge, counts, claiming, connecting } = await startSlowBridge(t);
  claiming.resolve();
  await until("the connect", () => counts.connects === 1);
  const stopping = bridge.stop();
  connecting.resolve();
  await stopping;
  assert.deepEqual(counts, { claimed: 1, released: 1, connects: 1, ended: 1 });
  assert.equal(bridge.isUp(), false);
});

test("an upstream broker that does not answer holds up the stop for a while only, and is left later", async (t) => {
  const { bridge, counts, claiming, connecting } = await startSlowBridge(t);
  claiming.resolve();
  await until("the connect", () => counts.connects === 1);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let isStopped = false;
  const stop = async (): Promise<void> => {
    await bridge.stop();
    isStopped = true;
  };
  const stopping = stop();
  await until("the deadline", () => {
    t.mock.timers.tick(1000);
    return isStopped;
  });
  await stopping;
  assert.equal(counts.released, 0);
  connecting.resolve();
  await until("the release", () => counts.released === 1);
  assert.deepEqual([counts.ended, bridge.isUp()], [1, false]);
});
