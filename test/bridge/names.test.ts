import assert from "node:assert/strict";
import { test } from "node:test";
import { createAllowAll } from "../../src/broker/guard/allow-all.js";
import { createEmbeddedBroker } from "../../src/broker/embedded.js";
import { createConnector } from "../../src/bus/negotiate.js";
import { createSideLine } from "../../src/bus/side-line.js";
import { claimName } from "../../src/presence/name-claim.js";
import { recordLog } from "../support/logs.js";
import { needMosquitto, startMosquitto } from "../support/mosquitto.js";
import { connectTestClient } from "../support/mqtt-client.js";
import { type BridgedBroker, bridgeTo, startOwnBroker, until } from "./bridges.js";

const node = "kitchen";
const statusTopic = "earshot/kitchen/status";

function isUp({ bridge }: BridgedBroker): boolean {
  return bridge.isUp();
}

function errorsOf({ log }: BridgedBroker): readonly string[] {
  return log.lines
    .filter(({ level }) => level === "error")
    .map(({ details, message }) => `${message}: ${JSON.stringify(details)}`);
}

for (const version of ["5", "4"] as const) {
  test(`of two bridged nodes of one name one is seen upstream, the other says what to do and waits: MQTT version ${version}`, async (t) => {
    if (!needMosquitto(t, "mosquitto")) return;
    const upstreamPort = await startMosquitto(t);
    const seer = await connectTestClient(t, upstreamPort);
    await seer.subscribe("earshot/kitchen/#");
    const first = await bridgeTo(t, { node, upstreamPort, version, instance: "first" });
    await until("the first", () => isUp(first));
    const speak = async ({ port }: BridgedBroker, text: string) => {
      const own = await connectTestClient(t, port, { protocolVersion: 5 });
      await own.publish("earshot/kitchen/info", text, { retain: true });
    };
    await speak(first, "first");
    await seer.next(({ text }) => text === "first");

    const second = await bridgeTo(t, { node, upstreamPort, version, instance: "second" });
    await speak(second, "second");
    await until("the error", () => errorsOf(second).length > 0);
    assert.match(
      errorsOf(second)[0] ?? "",
      /node\.id: another live node on the upstream broker is earshot\/kitchen already \(instance first, up since 2026.*Give one of the two another name.*"retryInMs":/u,
    );
    assert.equal(isUp(second), false);
    await speak(first, "first again");
    await seer.next(({ text }) => text === "first again");
    const heard = seer.seen.filter(({ topic }) => topic !== "earshot/kitchen/claim");
    assert.deepEqual(heard, [], "nothing of the second, not even its last will");

    await first.bridge.stop();
    second.clock.advance(60_000);
    await seer.next(({ text }) => text === "second");
    assert.equal(errorsOf(first).length, 0);
  });
}

test("of two bridged nodes that come up at the same moment one gets the name", async (t) => {
  const upstream = await startOwnBroker(t);
  const upstreamPort = upstream.address()?.port ?? 0;
  const [lower, higher] = await Promise.all([
    bridgeTo(t, { node, upstreamPort, instance: "aaa" }),
    bridgeTo(t, { node, upstreamPort, instance: "bbb" }),
  ]);
  await until("both answers", () => isUp(lower) && errorsOf(higher).length === 1);
  assert.equal(isUp(higher), false);
});

test("a node of that name that comes to the upstream broker by itself is told", async (t) => {
  const upstream = await startOwnBroker(t);
  const upstreamPort = upstream.address()?.port ?? 0;
  const bridged = await bridgeTo(t, { node, upstreamPort, instance: "bridged" });
  await until("the bridge", () => isUp(bridged));
  const route = { kind: "url", url: `mqtt://127.0.0.1:${upstreamPort}` } as const;
  const { open } = createSideLine(createConnector("auto"), route);
  const claim = await claimName(open, { base: "earshot", node }, "newcomer");
  t.after(() => claim.release());
  assert.equal(claim.holder?.instance, "bridged");
  const other = await connectTestClient(t, upstreamPort);
  const word = { instance: "deaf to the answer", state: "holds" };
  await other.publish("earshot/kitchen/claim", JSON.stringify(word));
  await until("the error", () => errorsOf(bridged).length > 0);
  assert.match(errorsOf(bridged)[0] ?? "", /another live node upstream.*deaf to the answer/u);
});

test("what a dead node left upstream keeps nobody out", async (t) => {
  const upstream = await startOwnBroker(t);
  const upstreamPort = upstream.address()?.port ?? 0;
  const ghost = await connectTestClient(t, upstreamPort);
  await ghost.publish(statusTopic, "online", { retain: true });
  const bridged = await bridgeTo(t, { node, upstreamPort, instance: "again" });
  await until("the bridge", () => isUp(bridged));
  assert.deepEqual(errorsOf(bridged), []);
});

test("an upstream broker that does not let the node ask for its name keeps it from nothing else", async (t) => {
  const allowAll = createAllowAll();
  const upstream = createEmbeddedBroker({
    host: "127.0.0.1",
    port: 0,
    log: recordLog(),
    access: {
      ...allowAll,
      mayPublish: (_identity, _clientId, topic) => !topic.endsWith("/claim"),
    },
  });
  t.after(() => upstream.stop());
  await upstream.start();
  const upstreamPort = upstream.address()?.port ?? 0;
  for (const version of ["5", "4"] as const) {
    const bridged = await bridgeTo(t, { node, upstreamPort, version, instance: version });
    await until("the bridge", () => isUp(bridged));
    assert.ok(bridged.log.lines.some(({ message }) => message.includes("cannot be asked")));
    await bridged.bridge.stop();
  }
});
