import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectSocket, createServer, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { connect } from "../../src/client/client.js";
import { healthSchema } from "../../src/contract/state.js";
import { findFreePort, needMosquitto, startMosquitto } from "../support/mosquitto.js";
import { connectTestClient } from "../support/mqtt-client.js";
import { startNodeHere } from "../support/node-here.js";
import { startNode } from "../support/node-process.js";

const urlOf = (port: number): string => `mqtt://127.0.0.1:${port}`;

test("an upstream Mosquitto sees the node, and asks and sets it, over either version", async (t) => {
  if (!(await needMosquitto(t, "mosquitto"))) return;
  const upstream = await startMosquitto(t);
  const node = await startNodeHere(t, {
    EARSHOT_BRIDGE_URL: urlOf(upstream),
    EARSHOT_MIC_ENABLED: "true",
  });
  const client = await connectTestClient(t, upstream, { protocolVersion: 5 });
  await client.subscribe("earshot/#");
  for (const level of ["status", "info", "health", "catalogue", "mic/enabled"]) {
    const { retain } = await client.next(({ topic }) => topic === `earshot/test/${level}`);
    assert.ok(retain, level);
  }
  for (const [version, asked] of [
    [4, "any"],
    [5, "test"],
  ] as const) {
    const earshot = await connect(urlOf(upstream), { version, node: asked });
    const { match } = await earshot.recommend("Hello by Adele", { retryAfterMs: 0 });
    assert.equal(match.artist, "Adele");
    await earshot.close();
  }
  await client.publish("earshot/test/recommend/request/me", "Hello by Adele", {
    properties: { responseTopic: "earshot/answers", correlationData: Buffer.from("seven") },
  });
  const reply = await client.next(({ topic }) => topic === "earshot/answers");
  assert.equal(reply.correlationData?.toString(), "seven");

  await client.publish("earshot/test/mic/enabled/set", "OFF");
  await client.next(({ topic, text }) => topic === "earshot/test/mic/enabled" && text === "OFF");

  await node.stop();
  await client.next(({ topic, text }) => topic === "earshot/test/status" && text === "offline");
});

test("a node that is killed is offline upstream, too", async (t) => {
  if (!(await needMosquitto(t, "mosquitto"))) return;
  const upstream = await startMosquitto(t);
  const node = await startNode(t, { EARSHOT_BRIDGE_URL: urlOf(upstream) });
  const client = await connectTestClient(t, upstream);
  await client.subscribe("earshot/test/status");
  await client.next(({ text }) => text === "online");
  node.child.kill("SIGKILL");
  await client.next(({ text }) => text === "offline");
});

test("while the upstream is away the node serves its own, and afterwards the last state is there", async (t) => {
  if (!(await needMosquitto(t, "mosquitto"))) return;
  const upstream = await startMosquitto(t);
  const port = await findFreePort();
  const node = await startNodeHere(t, { EARSHOT_BRIDGE_URL: urlOf(port) });
  const local = await connectTestClient(t, node.port);
  await local.subscribe("earshot/test/health");
  const health = healthSchema.parse(JSON.parse((await local.next(() => true)).text));
  assert.equal(health["bridge_connected"], 0);
  // State waits, the last of each topic; an event is lost.
  await local.publish("earshot/attic/mic/peak", "{}");
  for (const text of ["old", "new"]) {
    await local.publish("earshot/attic/status", text, { retain: true });
  }
  const seen = await connectTestClient(t, upstream);
  await seen.subscribe("earshot/attic/#");
  await seen.subscribe("earshot/test/status");
  await startLine(t, port, upstream);
  await seen.next(({ text }) => text === "online");
  await seen.next(({ topic, text }) => topic === "earshot/attic/status" && text === "new");
  assert.deepEqual(seen.seen, []);
});

test("two brokers that are bridged to each other pass nothing round in circles", async (t) => {
  const ports = { one: await findFreePort(), two: await findFreePort() };
  const one = await startNodeHere(t, {
    EARSHOT_NODE_ID: "one",
    EARSHOT_BROKER_PORT: String(ports.one),
    EARSHOT_BRIDGE_URL: urlOf(ports.two),
  });
  const two = await startNodeHere(t, {
    EARSHOT_NODE_ID: "two",
    EARSHOT_BROKER_PORT: String(ports.two),
    EARSHOT_BRIDGE_URL: urlOf(ports.one),
  });
  const atOne = await connectTestClient(t, one.port);
  const atTwo = await connectTestClient(t, two.port);
  await atOne.subscribe("earshot/#");
  await atTwo.subscribe("earshot/#");
  // Either node is seen at the other's broker once the bridges stand.
  await atOne.next(({ topic, text }) => topic === "earshot/two/status" && text === "online");
  await atTwo.next(({ topic, text }) => topic === "earshot/one/status" && text === "online");
  for (const text of ["first", "second"]) {
    await atOne.publish("earshot/guest/says", text);
    await atTwo.next((message) => message.topic === "earshot/guest/says" && message.text === text);
  }
  await atTwo.publish("earshot/guest/says", "back");
  await atOne.next(({ text }) => text === "back");
  const timesSeen = (client: typeof atOne): number =>
    client.seen.filter(({ topic }) => topic === "earshot/guest/says").length;
  assert.equal(timesSeen(atOne), 2, "its own two, and no second copy of any");
  assert.equal(timesSeen(atTwo), 1, "its own one");
});

test("a bridge without an embedded broker is refused", async (t) => {
  const env = {
    EARSHOT_BROKER_MODE: "external",
    EARSHOT_MQTT_URL: urlOf(1),
    EARSHOT_BRIDGE_URL: urlOf(2),
  };
  await assert.rejects(startNodeHere(t, env), { code: "bad_config" });
});

/** Opens the way to a broker at another port. */
async function startLine(t: TestContext, port: number, brokerPort: number): Promise<void> {
  const sockets: Socket[] = [];
  const server = createServer((near) => {
    const far = connectSocket(brokerPort, "127.0.0.1");
    sockets.push(near, far);
    near.on("error", () => {}).pipe(far);
    far.on("error", () => {}).pipe(near);
  }).listen(port, "127.0.0.1");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  await once(server, "listening");
}
