import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createBridge } from "../../src/bridge/bridge.js";
import { createDirections } from "../../src/bridge/directions.js";
import type { Connection, IncomingMessage } from "../../src/bus/connection.js";
import { nodeTopics } from "../../src/contract/topics.js";
import { createDeferred } from "../../src/deferred.js";
import { recordLog } from "../support/logs.js";
import { createManualClock } from "../support/manual-clock.js";
import { until } from "./bridges.js";

/** A bridge whose claim, connect and subscriptions upstream wait until the test lets them go on. */
async function startSlowBridge(t: TestContext) {
  const counts = { claimed: 0, released: 0, connects: 0, ended: 0 };
  const claiming = createDeferred<void>();
  const connecting = createDeferred<void>();
  const subscribing = createDeferred<void>();
  const subscribed: string[] = [];
  const heard: unknown[] = [];
  let receive = (_message: IncomingMessage): void => {};
  const own: Connection = {
    version: 5,
    isOpen: () => true,
    publish: async () => {},
    subscribe: async () => {},
    end: async () => {},
  };
  const upstream: Connection = {
    ...own,
    async subscribe(filter) {
      subscribed.push(filter);
      if (filter !== topics.claim.topic) await subscribing.promise;
    },
    async end() {
      counts.ended += 1;
    },
  };
  const address = { base: "earshot", node: "kitchen" };
  const topics = nodeTopics(address);
  const bridge = createBridge({
    directions: createDirections({ address, replyPrefixes: [], homeAssistant: undefined }),
    statusTopic: topics.status.topic,
    connectOwn: async () => own,
    async connectUpstream({ onMessage }) {
      counts.connects += 1;
      receive = onMessage;
      await connecting.promise;
      return upstream;
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
      hear({ payload }, connection) {
        heard.push([String(payload), connection === upstream]);
      },
    },
    log: recordLog(),
    clock: createManualClock(),
  });
  t.after(() => bridge.stop());
  await bridge.start();
  await until("the claim", () => counts.claimed === 1);
  const ask = (word: string): void => {
    receive({
      topic: topics.claim.topic,
      payload: Buffer.from(word),
      retain: false,
      responseTopic: undefined,
      correlationData: undefined,
    });
  };
  return { bridge, counts, claiming, connecting, subscribing, subscribed, heard, ask };
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

test("a bridge answers for its name before it lets go of the claim that has answered so far", async (t) => {
  const { bridge, counts, claiming, connecting, subscribing, subscribed, heard, ask } =
    await startSlowBridge(t);
  claiming.resolve();
  await until("the connect", () => counts.connects === 1);
  ask("too early for anybody to have subscribed");
  connecting.resolve();
  await until("the second subscription", () => subscribed.length === 2);
  ask("while it subscribes");
  assert.deepEqual([heard, counts.released], [[["while it subscribes", true]], 0]);
  subscribing.resolve();
  await until("the release", () => counts.released === 1);
  assert.equal(bridge.isUp(), true);
});
