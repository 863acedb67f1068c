import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { startCutProxy } from "../support/cut-proxy.js";
import { needMosquitto, startMosquitto } from "../support/mosquitto.js";
import { connectTestClient, type TestClient } from "../support/mqtt-client.js";
import { runHere } from "../support/command-here.js";
import { startNodeHere } from "../support/node-here.js";
import { isolatedEnv, type NodePlace } from "../support/node-process.js";
import { until } from "./bridges.js";

async function nextStatus(upstream: TestClient, status: string): Promise<void> {
  await upstream.next(({ topic, text }) => topic === "earshot/test/status" && text === status);
}

test("an existing Mosquitto sees the whole node, asks it by Response Topic, and hears of its end and its death", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  const port = await startMosquitto(t);
  const proxy = await startCutProxy(t, port);
  const upstream = await connectTestClient(t, port, { protocolVersion: 5 });
  await upstream.subscribe("earshot/#");
  const node = await startNodeHere(t, { EARSHOT_BRIDGE_URL: `mqtt://127.0.0.1:${proxy.port}` });
  await nextStatus(upstream, "online");
  // A tool that connects later finds the same state on either broker.
  const late = await connectTestClient(t, port);
  await late.subscribe("earshot/test/#");
  await nextStatus(late, "online");
  for (const level of ["info", "health", "catalogue"]) {
    const { retain } = await late.next(({ topic }) => topic === `earshot/test/${level}`);
    assert.ok(retain, level);
  }
  const properties = { responseTopic: "earshot/answers/me", correlationData: Buffer.from("7") };
  await upstream.publish("earshot/any/recommend/request/me", '{"title":"5","id":"x"}', {
    properties,
  });
  const reply = await upstream.next(({ topic }) => topic === "earshot/answers/me");
  assert.equal(String(reply.correlationData), "7");
  assert.match(reply.text, /"id":"x","status":/u);
  // Home Assistant, which is at home on Mosquitto, sees the node at once, and is seen by it.
  await upstream.subscribe("homeassistant/device/+/config");
  const nextDevice = async () => {
    const device = await upstream.next(({ topic }) => topic.startsWith("homeassistant/device/"));
    assert.match(device.text, /"components":/u);
  };
  await nextDevice();
  await upstream.publish("homeassistant/status", "online");
  await nextDevice();
  await upstream.publish("earshot/test/recommend/request/me", '{"limit":0}');
  const refusal = await upstream.next(({ topic }) => topic === "earshot/test/recommend/reply/me");
  assert.match(refusal.text, /"code":"bad_request"/u);
  // A line that ends without a goodbye is all that a broker sees of a node that is killed.
  proxy.cut();
  await nextStatus(upstream, "offline");
  await nextStatus(upstream, "online");
  await node.stop();
  await nextStatus(upstream, "offline");
});

test("a second node of the same name works for its own broker, and renaming either leaves no ghost and takes nothing from the other", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  const port = await startMosquitto(t);
  const env = { EARSHOT_BRIDGE_URL: `mqtt://127.0.0.1:${port}` };
  const device = "homeassistant/device/earshot_test/config";
  const upstream = await connectTestClient(t, port);
  for (const filter of ["earshot/#", "homeassistant/#"]) await upstream.subscribe(filter);
  const first = await startNodeHere(t, env);
  await nextStatus(upstream, "online");
  await upstream.next(({ topic }) => topic === device);

  const second = await startNodeHere(t, env);
  await until("the error", () =>
    second.log.some((line) => line.includes("another live node on the upstream broker")),
  );
  const local = await connectTestClient(t, second.port);
  await local.subscribe("earshot/test/recommend/reply/me");
  await local.publish("earshot/test/recommend/request/me", "Hello by Adele");
  assert.match((await local.next(() => true)).text, /"status":"ok"/u);
  await second.stop();

  const keeping = (node: NodePlace, name: string): NodeJS.ProcessEnv => ({
    ...env,
    EARSHOT_DATA_DIR: node.dataDir,
    EARSHOT_NODE_ID: name,
  });
  await startNodeHere(t, keeping(second, "study"));
  await upstream.next(({ topic }) => topic === "homeassistant/device/earshot_study/config");
  const isForgotten = (file: string): boolean =>
    !readFileSync(join(second.dataDir, file), "utf8").includes('"test"');
  for (const file of ["names.json", "home-assistant.json"])
    await until(file, () => isForgotten(file));
  const late = await connectTestClient(t, port);
  for (const filter of ["earshot/test/#", "homeassistant/#"]) await late.subscribe(filter);
  await nextStatus(late, "online");
  for (const topic of ["earshot/test/info", "earshot/test/catalogue", device])
    await late.next((seen) => seen.topic === topic);

  await first.stop();
  const attic = await startNodeHere(t, keeping(first, "attic"));
  const isCleared = (topic: string) =>
    late.next((seen) => seen.topic === topic && seen.text === "");
  for (const topic of ["earshot/test/status", "earshot/test/info", device]) await isCleared(topic);
  await late.next(({ topic }) => topic === "homeassistant/device/earshot_attic/config");

  await attic.stop();
  await startNodeHere(t, {
    ...keeping(attic, "attic"),
    EARSHOT_HOME_ASSISTANT_DISCOVERY: "false",
  });
  await isCleared("homeassistant/device/earshot_attic/config");
});

test("a second node that takes the former name of a bridged one, on whose broker it is, is seen upstream", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  const port = await startMosquitto(t);
  const env = { EARSHOT_BRIDGE_URL: `mqtt://127.0.0.1:${port}` };
  const upstream = await connectTestClient(t, port);
  const first = await startNodeHere(t, env);
  await upstream.subscribe("earshot/test/status");
  await nextStatus(upstream, "online");
  await first.stop();
  const kitchen = await startNodeHere(t, {
    ...env,
    EARSHOT_DATA_DIR: first.dataDir,
    EARSHOT_NODE_ID: "kitchen",
  });
  await until("the clearing", () =>
    kitchen.log.some((line) => line.includes("cleared what a former name")),
  );
  const late = await connectTestClient(t, port);
  for (const filter of ["earshot/test/#", "homeassistant/#"]) await late.subscribe(filter);
  const second = await startNodeHere(t, {
    EARSHOT_BROKER_MODE: "external",
    EARSHOT_MQTT_URL: `mqtt://127.0.0.1:${kitchen.port}`,
  });
  await nextStatus(late, "online");
  await late.next(({ topic }) => topic === "earshot/test/info");
  await late.next(({ topic }) => topic === "homeassistant/device/earshot_test/config");
  await second.stop();
  await nextStatus(late, "offline");
});

test("a bridge to nowhere, to itself or without a broker of the node's own is refused by its key", async (t) => {
  const faults = [
    {
      extra: { EARSHOT_BRIDGE_URL: "tcp://1.2.3.4" },
      says: /bridge\.url: expected mqtt:/u,
    },
    {
      extra: {
        EARSHOT_BRIDGE_URL: "mqtt://127.0.0.1",
        EARSHOT_BROKER_MODE: "external",
        EARSHOT_MQTT_URL: "mqtt://127.0.0.1:1",
      },
      says: /bridge\.url: .*broker\.mode is external/u,
    },
    {
      extra: { EARSHOT_BRIDGE_URL: "mqtt://127.0.0.1", EARSHOT_BRIDGE_PASSWORD: "secret" },
      says: /bridge\.username: there is a bridge\.password/u,
    },
  ];
  for (const { extra, says } of faults) {
    const { code, stderr } = await runHere(["start"], await isolatedEnv(t, extra));
    assert.deepEqual([code, says.test(stderr)], [2, true], stderr);
    assert.ok(!stderr.includes("secret"));
  }
});
