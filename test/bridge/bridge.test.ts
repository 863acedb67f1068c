import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { VersionSetting } from "../../src/bus/negotiate.js";
import { createAllowAll } from "../../src/broker/guard/allow-all.js";
import { createEmbeddedBroker } from "../../src/broker/embedded.js";
import { recordLog } from "../support/logs.js";
import {
  findFreePort,
  needMosquitto,
  startMosquitto,
  startMosquittoOn,
} from "../support/mosquitto.js";
import { connectTestClient, type TestClient } from "../support/mqtt-client.js";
import { type BridgedBroker, bridgeTo, startOwnBroker, until } from "./bridges.js";

/** A client that sees everything, retained flags as published where MQTT 5 can tell. */
async function watch(t: TestContext, port: number, protocolVersion: 4 | 5 = 5) {
  const client = await connectTestClient(t, port, { protocolVersion });
  await client.client.subscribeAsync("#", { qos: 1, rap: true });
  return client;
}

function isConnected({ bridge }: BridgedBroker): boolean {
  return bridge.statistics()["bridge_connected"] === 1;
}

/** What has been seen below the base, as `topic=text`. */
function seenBy({ seen }: TestClient): readonly string[] {
  return seen.map(({ topic, text }) => `${topic.replace("earshot/", "")}=${text}`);
}

async function proveBothWays(t: TestContext, upstreamPort: number, version: VersionSetting) {
  const broker = await startOwnBroker(t);
  const own = await connectTestClient(t, broker.address()?.port ?? 0, { protocolVersion: 5 });
  // What was there before the bridge goes up as well.
  await own.publish("earshot/kitchen/info", "{}", { retain: true });
  const upstream = await watch(t, upstreamPort);
  const bridged = await bridgeTo(t, { node: "kitchen", broker, upstreamPort, version });
  const info = await upstream.next(({ topic }) => topic === "earshot/kitchen/info");
  assert.deepEqual([info.text, info.retain], ["{}", true]);
  await own.publish("earshot/kitchen/mic/peak", "clap");
  await own.publish("earshot/kitchen/mic/threshold", "-36.0", { retain: true, qos: 0 });
  const peak = await upstream.next(({ topic }) => topic === "earshot/kitchen/mic/peak");
  assert.equal(peak.retain, false);
  const threshold = await upstream.next(({ topic }) => topic.endsWith("threshold"));
  assert.equal(threshold.retain, true);

  await own.subscribe("earshot/+/recommend/request/+");
  await own.subscribe("earshot/kitchen/mic/+/set");
  const asked: { readonly responseTopic?: string; readonly userProperties?: object }[] = [];
  own.client.on("message", (_topic, _payload, { properties }) => asked.push({ ...properties }));
  await upstream.publish("earshot/kitchen/recommend/request/me", "5", {
    properties: {
      responseTopic: "earshot/answers/1",
      correlationData: Buffer.from([0, 255]),
      userProperties: { trace: "7" },
    },
  });
  const request = await own.next(({ topic }) => topic.endsWith("request/me"));
  assert.equal(request.text, "5");
  if (version === "5") {
    assert.deepEqual(request.correlationData, Buffer.from([0, 255]));
    assert.equal(asked[0]?.responseTopic, "earshot/answers/1");
    assert.equal(Reflect.get(asked[0]?.userProperties ?? {}, "trace"), "7");
  }
  await own.publish("earshot/answers/1", "reply", {
    properties: { correlationData: Buffer.from([0, 255]) },
  });
  const reply = await upstream.next(({ text }) => text === "reply");
  if (version === "5") assert.deepEqual(reply.correlationData, Buffer.from([0, 255]));
  await upstream.publish("earshot/any/recommend/request/me", "any");
  await own.next(({ text }) => text === "any");
  await upstream.publish("earshot/kitchen/mic/enabled/set", "OFF");
  await own.next(({ text }) => text === "OFF");
  // Neither a stranger's topics nor what the upstream has retained for ever.
  await upstream.publish("earshot/kitchen/status", "hacked");
  await upstream.publish("earshot/kitchen/mic/threshold/set", "-1", { retain: true });
  if (version === "5") {
    await until("the retained setting", () => bridged.bridge.statistics()["bridge_dropped"] === 1);
    assert.equal(bridged.bridge.statistics()["bridge_taken"], 3);
  }
}

test("state, events and replies go up, requests and settings come down: to Mosquitto over MQTT 5", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  await proveBothWays(t, await startMosquitto(t), "5");
});

test("the same over MQTT 3.1.1", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  await proveBothWays(t, await startMosquitto(t), "4");
});

test("the same to another Earshot's broker", async (t) => {
  const upstream = await startOwnBroker(t);
  await proveBothWays(t, upstream.address()?.port ?? 0, "5");
});

test("two bridged nodes on one Mosquitto: nothing comes twice or goes round, and one answers for any", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  const upstreamPort = await startMosquitto(t);
  const nodes = await Promise.all([
    bridgeTo(t, { node: "kitchen", upstreamPort }),
    bridgeTo(t, { node: "study", upstreamPort }),
  ]);
  await until("both connected", () => nodes.every(isConnected));
  const [kitchen, study, upstream] = await Promise.all([
    watch(t, nodes[0].port),
    watch(t, nodes[1].port),
    watch(t, upstreamPort),
  ]);
  await kitchen.publish("earshot/kitchen/mic/peak", "1");
  await kitchen.publish("earshot/any/recommend/request/local", "2");
  await study.publish("earshot/study/status", "online", { retain: true });
  for (const index of [1, 2, 3, 4])
    await upstream.publish("earshot/any/recommend/request/me", `any ${index}`);
  await upstream.publish("earshot/study/recommend/request/me", "3");
  // Each line keeps its order: when these have come, so has everything before them.
  await upstream.publish("earshot/kitchen/recommend/request/me", "end");
  await kitchen.next(({ text }) => text === "end");
  await kitchen.publish("earshot/kitchen/end", "end");
  await study.publish("earshot/study/end", "end");
  await upstream.next(({ topic }) => topic === "earshot/kitchen/end");
  await upstream.next(({ topic }) => topic === "earshot/study/end");
  await until("study", () => seenBy(study).includes("study/recommend/request/me=3"));
  const isAny = (line: string): boolean => line.startsWith("any/recommend/request/me");
  const divided = [...seenBy(kitchen), ...seenBy(study)].filter(isAny);
  assert.deepEqual(
    divided.toSorted(),
    [1, 2, 3, 4].map((index) => `any/recommend/request/me=any ${index}`),
  );
  const others = (client: TestClient): readonly string[] =>
    seenBy(client)
      .filter((line) => !isAny(line))
      .toSorted();
  assert.deepEqual(others(kitchen), [
    "any/recommend/request/local=2",
    "kitchen/end=end",
    "kitchen/mic/peak=1",
  ]);
  assert.deepEqual(others(study), [
    "study/end=end",
    "study/recommend/request/me=3",
    "study/status=online",
  ]);
  assert.deepEqual(others(upstream), [
    "kitchen/mic/peak=1",
    "kitchen/recommend/request/me=end",
    "study/recommend/request/me=3",
    "study/status=online",
  ]);
});

test("two brokers that are each other's upstream: a message comes round once at most", async (t) => {
  const [one, other] = [await startOwnBroker(t), await startOwnBroker(t)];
  const portOf = (broker: typeof one): number => broker.address()?.port ?? 0;
  const bridges = [
    await bridgeTo(t, { node: "kitchen", broker: one, upstreamPort: portOf(other) }),
    await bridgeTo(t, { node: "study", broker: other, upstreamPort: portOf(one) }),
  ];
  await until("both connected", () => bridges.every(isConnected));
  const here = await watch(t, portOf(one));
  const there = await watch(t, portOf(other));
  await here.publish("earshot/den/mic/peak", "up");
  await here.publish("earshot/any/recommend/request/me", "down");
  await there.next(({ text }) => text === "up");
  await there.next(({ text }) => text === "down");
  // Each line keeps its order: behind the third of these nothing of the first two is left.
  for (const text of ["end", "end 2", "end 3"]) {
    await there.publish("earshot/den/end", text);
    await here.next((message) => message.text === text);
  }
  const countOf = (client: TestClient, text: string): number =>
    client.seen.filter((message) => message.text === text).length;
  for (const text of ["up", "down"]) {
    assert.equal(countOf(here, text), 2, `${text}: as it was published, and once back`);
    assert.equal(countOf(there, text), 0, `${text}: nothing beyond the one that was awaited`);
  }
});

test("Mosquitto is killed, an hour passes, it comes back empty: state first, then the newest events", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  const upstreamPort = await findFreePort();
  const kill = await startMosquittoOn(t, upstreamPort);
  const limits = { messages: 100, bytes: 100_000 };
  const bridged = await bridgeTo(t, { node: "kitchen", upstreamPort, limits });
  const { bridge, clock, log } = bridged;
  const own = await connectTestClient(t, bridged.port, { protocolVersion: 5 });
  await own.publish("earshot/kitchen/info", "{}", { retain: true });
  await own.publish("earshot/kitchen/status", "online", { retain: true });
  await until("all is up", () => bridge.statistics()["bridge_forwarded"] === 2);
  await kill();
  await until("the loss", () => !isConnected(bridged));

  const tries = (): number => log.lines.filter(({ level }) => level === "warn").length;
  for (let minute = 0; minute < 60; minute += 1) {
    const before = tries();
    clock.advance(60_000);
    await until("a try", () => tries() > before);
    await own.publish("earshot/kitchen/health", `{"uptime_s":${minute}}`, { retain: true });
    await own.publish("earshot/kitchen/mic/level", "-40", { qos: 0 });
    for (const peak of [1, 2, 3])
      await own.publish("earshot/kitchen/mic/peak", `${minute}.${peak}`);
  }
  // 60 levels, and of 180 events all but the newest 100.
  await until("the last event", () => bridge.statistics()["bridge_dropped"] === 60 + 80);
  assert.equal(bridge.statistics()["bridge_waiting"], 101);

  await startMosquittoOn(t, upstreamPort);
  const upstream = await watch(t, upstreamPort);
  clock.advance(75_000);
  await upstream.next(({ text }) => text === "59.3");
  const lines = seenBy(upstream);
  assert.deepEqual(lines.slice(0, 4), [
    "kitchen/info={}",
    "kitchen/status=online",
    'kitchen/health={"uptime_s":59}',
    "kitchen/mic/peak=26.3",
  ]);
  assert.equal(lines.length, 3 + 99);
  assert.deepEqual(
    upstream.seen.slice(0, 4).map(({ retain }) => retain),
    [true, true, true, false],
  );
  await upstream.publish("earshot/kitchen/mic/enabled/set", "ON");
  await until("a setting", () => bridge.statistics()["bridge_taken"] === 1);
});

test("an upstream that cuts the line at a message it refuses costs that message only", async (t) => {
  const upstream = createEmbeddedBroker({
    host: "127.0.0.1",
    port: 0,
    log: recordLog(),
    access: {
      ...createAllowAll(),
      mayPublish: (_identity, _clientId, topic) => !topic.includes("secret"),
    },
  });
  t.after(() => upstream.stop());
  await upstream.start();
  const upstreamPort = upstream.address()?.port ?? 0;
  const bridged = await bridgeTo(t, { node: "kitchen", upstreamPort, version: "4" });
  await until("the connection", () => isConnected(bridged));
  const seer = await watch(t, upstreamPort);
  const own = await connectTestClient(t, bridged.port, { protocolVersion: 5 });
  for (const topic of ["a", "secret", "b", "c"])
    await own.publish(`earshot/kitchen/${topic}`, topic);
  await until("the last message", () => {
    if (!isConnected(bridged)) bridged.clock.advance(60_000);
    return seer.seen.some(({ topic }) => topic === "earshot/kitchen/c");
  });
  const arrived = seer.seen.map(({ topic }) => topic.replace("earshot/kitchen/", ""));
  assert.deepEqual([...new Set(arrived)].toSorted(), ["a", "b", "c", "status"]);
  assert.equal(bridged.bridge.statistics()["bridge_dropped"], 1);
});
