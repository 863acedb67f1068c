import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { loadConfig } from "../../src/config/load.js";
import { findFormerTopics } from "../../src/former-topics.js";
import { recordLog } from "../support/logs.js";
import { connectTestClient } from "../support/mqtt-client.js";
import { makeTempFolder } from "../support/temp-folder.js";
import { bridgeTo, startOwnBroker, until } from "./bridges.js";

const device = "homeassistant/device/earshot_attic/config";
const claimTopic = "earshot/attic/claim";
const startedAt = "2026-11-28T10:00:00.000Z";

/** What the node `kitchen` has left that was called `attic`. */
async function findLeft(t: TestContext) {
  const dir = await makeTempFolder(t);
  const attic = { base: "earshot", node: "attic" };
  const announced = [{ ...attic, topic: device, components: {} }];
  await writeFile(join(dir, "names.json"), JSON.stringify({ names: [attic] }));
  await writeFile(join(dir, "home-assistant.json"), JSON.stringify({ announced }));
  const env = {
    EARSHOT_DATA_DIR: dir,
    EARSHOT_NODE_ID: "kitchen",
    EARSHOT_BRIDGE_URL: "mqtt://127.0.0.1",
  };
  const { config } = loadConfig({ env, flags: {} });
  return { attic, former: await findFormerTopics(config, recordLog()) };
}

/** A bridge of `kitchen` whose own broker still has the status of `attic`, and both sides of it. */
async function startRenamed(t: TestContext) {
  const broker = await startOwnBroker(t);
  const upstreamPort = (await startOwnBroker(t)).address()?.port ?? 0;
  const own = await connectTestClient(t, broker.address()?.port ?? 0, { protocolVersion: 5 });
  await own.publish("earshot/attic/status", "online", { retain: true });
  const upstream = await connectTestClient(t, upstreamPort);
  await upstream.subscribe("#");
  const { attic, former } = await findLeft(t);
  const { bridge } = await bridgeTo(t, { node: "kitchen", broker, upstreamPort, former });
  await until("the bridge", () => bridge.isUp());
  /** What went up under the former name until now. */
  const seenOfAttic = async (): Promise<readonly string[]> => {
    await own.publish("earshot/kitchen/end", "end");
    await upstream.next(({ text }) => text === "end");
    return upstream.seen
      .filter(({ topic }) => topic.startsWith("earshot/attic/"))
      .map(({ topic, text }) => `${topic}=${text}`);
  };
  return { own, upstream, bridge, attic, former, seenOfAttic };
}

test("what a former name has left stays on the own broker, whoever asks it or about it", async (t) => {
  const { own, former, seenOfAttic } = await startRenamed(t);
  const question = JSON.stringify({ instance: "one that clears", state: "asks" });
  await own.publish(claimTopic, question);
  await own.publish("earshot/attic/recommend/request/anna", "5");
  await own.publish("earshot/attic/mic/enabled/set", "ON");
  await own.publish("earshot/attic/info", "{}", { retain: true });
  assert.deepEqual(await seenOfAttic(), []);
  assert.deepEqual([former.has(device), former.has("earshot/attic/info")], [true, true]);
});

for (const [proof, topic, payload] of [
  ["it holds it", claimTopic, { instance: "second", state: "holds" }],
  [
    "it has started under it",
    claimTopic,
    { instance: "second", state: "asks", started_at: startedAt },
  ],
  ["it hears something", "earshot/attic/mic/peak", { time: startedAt }],
] as const) {
  test(`a live node on the own broker has a former name, for ${proof}: all of its state goes up`, async (t) => {
    const { own, upstream, former } = await startRenamed(t);
    await own.publish(topic, JSON.stringify(payload));
    await own.publish("earshot/attic/ask/state", "idle", { retain: true });
    await upstream.next((seen) => seen.topic === topic);
    await upstream.next((seen) => seen.topic === "earshot/attic/ask/state");
    // That one was there before.
    await upstream.next((seen) => seen.topic === "earshot/attic/status");
    assert.equal(former.has(device), false);
  });
}

test("a former name that has been cleared is like any other, and what cleared it does not go up", async (t) => {
  const { own, bridge, attic, former, seenOfAttic } = await startRenamed(t);
  await own.publish("earshot/attic/status", "", { retain: true });
  await bridge.catchUp();
  former.forgetName(attic);
  assert.deepEqual([former.has("earshot/attic/status"), former.has(device)], [false, true]);
  former.forgetDevices([device]);
  assert.equal(former.has(device), false);
  await own.publish("earshot/attic/status", "offline", { retain: true });
  assert.deepEqual(await seenOfAttic(), ["earshot/attic/status=offline"]);
});
