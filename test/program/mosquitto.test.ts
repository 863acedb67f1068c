import assert from "node:assert/strict";
import { test } from "node:test";
import { replySchema } from "../../src/contract/reply.js";
import { needMosquitto, run, startMosquitto } from "../support/mosquitto.js";
import { connectTestClient } from "../support/mqtt-client.js";
import { startNode } from "../support/node-process.js";

test("mosquitto_pub and mosquitto_sub ask the embedded broker's node", async (t) => {
  if (!(await needMosquitto(t, "mosquitto_pub"))) return;
  const { port } = await startNode(t);
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
  if (!(await needMosquitto(t, "mosquitto"))) return;
  const port = await startMosquitto(t);
  const node = await startNode(t, {
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

test("a node that is killed leaves offline behind on the external broker", async (t) => {
  if (!(await needMosquitto(t, "mosquitto"))) return;
  const port = await startMosquitto(t);
  const node = await startNode(t, {
    EARSHOT_BROKER_MODE: "external",
    EARSHOT_MQTT_URL: `mqtt://127.0.0.1:${port}`,
  });
  const client = await connectTestClient(t, port);
  await client.subscribe("earshot/test/status");
  await client.next(({ text }) => text === "online");
  node.child.kill("SIGKILL");
  const { text } = await client.next(() => true);
  assert.equal(text, "offline");
});
