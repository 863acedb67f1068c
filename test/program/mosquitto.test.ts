import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test, type TestContext } from "node:test";
import { replySchema } from "../../src/contract/reply.js";
import { infoSchema } from "../../src/contract/state.js";
import { programRoot } from "../../src/program.js";
import { findFreePort, needMosquitto, run, startMosquitto } from "../support/mosquitto.js";
import { connectTestClient } from "../support/mqtt-client.js";
import { startNodeHere } from "../support/node-here.js";
import { copyPreparedData } from "../support/node-process.js";

test("mosquitto_pub and mosquitto_sub ask the embedded broker's node", async (t) => {
  if (!needMosquitto(t, "mosquitto_pub")) return;
  const { port } = await startNodeHere(t);
  const at = ["-h", "127.0.0.1", "-p", String(port)];
  const reply = "earshot/test/recommend/reply/shell";
  // -E: leaves once subscribed; the session then keeps what comes for the second call.
  const session = ["-i", "shell-sub", "-c", "-q", "1", "-t", reply];
  await run("mosquitto_sub", [...at, ...session, "-E"]);
  const request = "earshot/test/recommend/request/shell";
  await run("mosquitto_pub", [...at, "-q", "1", "-t", request, "-m", "Queen - Bohemian Rhapsody"]);
  const { stdout } = await run("mosquitto_sub", [...at, ...session, "-C", "1", "-W", "10"]);
  const answer = replySchema.parse(JSON.parse(stdout));
  assert.ok(answer.status === "ok");
  assert.equal(answer.match.title, "Bohemian Rhapsody");
});

test("as a client of Mosquitto the node answers over MQTT 5 on the Response Topic", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  const port = await startMosquitto(t);
  const node = await startNodeHere(t, {
    EARSHOT_BROKER_MODE: "external",
    EARSHOT_MQTT_URL: `mqtt://127.0.0.1:${port}`,
  });
  assert.equal(node.port, port);
  const { stdout } = await run(
    "mosquitto_rr",
    `-h 127.0.0.1 -p ${port} -V mqttv5 -W 10 -q 1 -t earshot/test/recommend/request/rr -e earshot/answers/rr -D publish correlation-data token-7 -F %j -m`
      .split(" ")
      .concat('{"title":"Bohemian Rhapsody","id":"rr-1"}'),
  );
  const message = JSON.parse(stdout);
  assert.equal(message.topic, "earshot/answers/rr");
  assert.equal(message.properties["correlation-data"], "token-7");
  assert.equal(JSON.parse(message.payload).id, "rr-1");
});

test("as a client of Mosquitto the node does not answer a live request that is retained", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  const port = await startMosquitto(t);
  const node = await startNodeHere(t, {
    EARSHOT_BROKER_MODE: "external",
    EARSHOT_MQTT_URL: `mqtt://127.0.0.1:${port}`,
  });
  const client = await connectTestClient(t, port);
  await client.subscribe("earshot/test/recommend/reply/+");
  await client.publish("earshot/test/recommend/request/me", "Hello", { retain: true });
  await client.publish("earshot/test/recommend/request/other", "Hello");
  const { topic } = await client.next(() => true);
  assert.equal(topic, "earshot/test/recommend/reply/other");
  assert.ok(node.log.some((line) => line.includes("request ignored")));
});

test("a line that broke on one side only does not leave offline behind later", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  const port = await startMosquitto(t);
  const proxy = await startProxy(t, port);
  await startNodeHere(t, {
    EARSHOT_BROKER_MODE: "external",
    EARSHOT_MQTT_URL: `mqtt://127.0.0.1:${proxy.port}`,
  });
  const client = await connectTestClient(t, port);
  await client.subscribe("earshot/test/status");
  await client.next(({ text }) => text === "online");
  proxy.cutNodeSide();
  // The broker ends the old session itself when the same client comes again.
  await client.next(({ text }) => text === "offline");
  await client.next(({ text }) => text === "online");
  proxy.cutBrokerSide();
  const late = await connectTestClient(t, port);
  await late.subscribe("earshot/test/status");
  assert.equal((await late.next(() => true)).text, "online");
});

test("a node that is up before its broker says so, announces the version once it is there, and is ended cleanly by SIGHUP", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  const port = await startMosquitto(t);
  const client = await connectTestClient(t, port);
  await client.subscribe("earshot/test/info");
  const proxyPort = await findFreePort();
  const child = spawn(process.execPath, [join(programRoot, "dist", "src", "main.js"), "start"], {
    env: {
      PATH: process.env["PATH"],
      EARSHOT_DATA_DIR: await copyPreparedData(t),
      EARSHOT_NODE_ID: "test",
      EARSHOT_MIC_ENABLED: "false",
      EARSHOT_BROKER_MODE: "external",
      EARSHOT_MQTT_URL: `mqtt://127.0.0.1:${proxyPort}`,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exit = once(child, "exit");
  t.after(async () => {
    child.kill("SIGKILL");
    await exit;
  });
  let startLine: string | undefined;
  for await (const line of createInterface({ input: child.stderr })) {
    startLine = line;
    if (line.includes("node test is")) break;
  }
  assert.match(startLine ?? "", /node test is up and waits for the external broker/u);
  await startProxy(t, port, proxyPort);
  await client.next(({ text }) => infoSchema.parse(JSON.parse(text)).broker.mqtt_version === 5);
  // The end of its terminal.
  child.kill("SIGHUP");
  await exit;
  assert.equal(child.exitCode, 0);
});

/**
 * A line to a broker whose latest connection can be cut on the node's side, and later that same one
 * on the broker's. The first connection of a node asks for its name; the one after it is the bus.
 */
async function startProxy(t: TestContext, brokerPort: number, proxyPort = 0) {
  const lines: { readonly nodeSide: Socket; readonly brokerSide: Socket }[] = [];
  let broken: (typeof lines)[number] | undefined;
  const server = createServer((nodeSide) => {
    const brokerSide = connect(brokerPort, "127.0.0.1");
    lines.push({ nodeSide, brokerSide });
    nodeSide.on("data", (bytes) => brokerSide.write(bytes)).on("error", () => {});
    brokerSide.on("data", (bytes) => nodeSide.write(bytes)).on("error", () => {});
  }).listen(proxyPort, "127.0.0.1");
  t.after(() => {
    for (const { nodeSide, brokerSide } of lines) {
      nodeSide.destroy();
      brokerSide.destroy();
    }
    server.close();
  });
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return {
    port: address.port,
    cutNodeSide() {
      broken = lines.at(-1);
      broken?.nodeSide.destroy();
    },
    cutBrokerSide: () => broken?.brokerSide.destroy(),
  };
}
