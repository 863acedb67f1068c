import assert from "node:assert/strict";
import { test } from "node:test";
import { infoSchema } from "../../src/contract/state.js";
import { lockDataDir } from "../../src/node-lock.js";
import { devicePayload } from "../home-assistant/documented-rules.js";
import { recordLog } from "../support/logs.js";
import { needMosquitto, startMosquitto } from "../support/mosquitto.js";
import { connectTestClient } from "../support/mqtt-client.js";
import { runHereAlone, startNodeHere } from "../support/node-here.js";
import { startNode } from "../support/node-process.js";

test("on Mosquitto a node is a device, is asked by it, keeps its name, leaves offline and a free data folder behind when it is killed, and comes back", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  const port = await startMosquitto(t);
  const external = {
    EARSHOT_BROKER_MODE: "external",
    EARSHOT_MQTT_URL: `mqtt://127.0.0.1:${port}`,
  };
  const node = await startNode(t, external);
  const home = await connectTestClient(t, port, { protocolVersion: 5 });
  await home.subscribe("homeassistant/device/+/config");
  const { components, availability } = devicePayload.parse(
    JSON.parse((await home.next(() => true)).text),
  );
  assert.deepEqual(availability, [{ topic: "earshot/test/status" }]);
  assert.ok(!("peak" in components), "it has no ears");

  // What the text entity, the event and the button do.
  const { title, reply, again } = components;
  assert.ok(title?.platform === "text" && "command_topic" in title);
  assert.ok(reply?.platform === "event" && "state_topic" in reply);
  assert.ok(again?.platform === "button" && "command_topic" in again);
  await home.subscribe(reply.state_topic);
  await home.publish(title.command_topic, '{"title":"Hello","limit":10}');
  const first = JSON.parse((await home.next(({ topic }) => topic === reply.state_topic)).text);
  assert.ok(reply.event_types.includes(first.status));
  await home.publish(again.command_topic, "PRESS");
  const second = JSON.parse((await home.next(({ topic }) => topic === reply.state_topic)).text);
  assert.deepEqual(second.results, first.results);

  const twin = await runHereAlone(t, ["start"], { ...external, EARSHOT_LOG_LEVEL: "silent" });
  assert.equal(twin.code, 2);
  assert.match(twin.stderr, /another live node on this broker is earshot\/test already/u);

  await home.subscribe("earshot/test/status");
  await home.next(({ text }) => text === "online");
  node.child.kill("SIGKILL");
  await home.next(({ text }) => text === "offline");
  await node.ended();
  (await lockDataDir(node.dataDir, recordLog())).release();
  const back = await startNodeHere(t, {
    ...external,
    EARSHOT_DATA_DIR: node.dataDir,
    EARSHOT_NODE_ON_COLLISION: "suffix",
  });
  await home.subscribe("earshot/test/info");
  const { text } = await home.next(({ topic }) => topic === "earshot/test/info");
  assert.equal(infoSchema.parse(JSON.parse(text)).node, "test", back.log.join("\n"));
});
