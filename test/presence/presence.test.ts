import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Bus } from "../../src/bus/bus.js";
import { nodeTopics } from "../../src/contract/topics.js";
import { createDeferred } from "../../src/deferred.js";
import { EarshotError } from "../../src/errors.js";
import { createPresence } from "../../src/presence/presence.js";
import { recordLog } from "../support/logs.js";

const topics = nodeTopics({ base: "earshot", node: "test" });

/** A presence on a bus that remembers what is published; `answer` says how each publish ends. */
function makePresence(t: TestContext, answer: (topic: string, text: string) => Promise<void>) {
  const published: string[] = [];
  const bus: Bus = {
    publish(channel, payload) {
      const text = channel.codec.encode(payload);
      const level = channel.topic.split("/").at(-1) ?? "";
      published.push(level === "status" ? text : level);
      return answer(level, text);
    },
    subscribe: () => Promise.resolve(),
    subscriptions: () => [],
    protocolVersion: () => 5,
  };
  const presence = createPresence({
    bus,
    topics,
    log: recordLog(),
    info: () => ({
      name: "earshot",
      version: "0.1.0",
      api: 1,
      node: "test",
      instance: "00000000-0000-4000-8000-000000000000",
      roles: ["mic"],
      started_at: "2026-11-23T15:00:00.000Z",
      broker: { kind: "embedded", host: "127.0.0.1", port: 1883 },
    }),
    health: () => ({ uptime_s: 1, rss_mb: 1 }),
  });
  t.after(() => presence.stop());
  return { presence, published };
}

test("what changes while the start is under way is announced", async (t) => {
  const acknowledged = createDeferred<void>();
  const { presence, published } = makePresence(t, (topic) =>
    topic === "info" ? acknowledged.promise : Promise.resolve(),
  );
  presence.announce();
  const started = presence.start();
  presence.announce();
  acknowledged.resolve();
  await started;
  assert.deepEqual(published, ["info", "info", "health", "online"]);
});

test("a start that fails after online went out says offline", async (t) => {
  const { presence, published } = makePresence(t, (_topic, text) =>
    text === "online"
      ? Promise.reject(new EarshotError("timeout", "no acknowledgement"))
      : Promise.resolve(),
  );
  await assert.rejects(presence.start(), /no acknowledgement/u);
  assert.deepEqual(published, ["info", "health", "online", "offline"]);
  presence.announce();
  await presence.stop();
  assert.equal(published.length, 4);
});
