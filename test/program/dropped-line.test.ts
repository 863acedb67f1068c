import assert from "node:assert/strict";
import { test } from "node:test";
import { startCutProxy } from "../support/cut-proxy.js";
import { connectTestClient } from "../support/mqtt-client.js";
import { startNodeHere } from "../support/node-here.js";
import { startOpenBroker } from "../support/open-broker.js";

test("a broker that drops the node again and again has the whole of it each time, and its answers", async (t) => {
  const broker = await startOpenBroker(t);
  const proxy = await startCutProxy(t, broker.port);
  await startNodeHere(t, { ...broker.env, EARSHOT_MQTT_URL: `mqtt://127.0.0.1:${proxy.port}` });
  const room = await connectTestClient(t, broker.port);
  await room.subscribe("earshot/test/status");
  await room.subscribe("earshot/test/recommend/reply/+");
  const nextStatus = async () =>
    (await room.next(({ topic }) => topic === "earshot/test/status")).text;
  assert.equal(await nextStatus(), "online");
  for (const round of ["one", "two"]) {
    // Whoever has lost its memory must be told everything.
    for (const state of ["info", "health", "catalogue"])
      await room.publish(`earshot/test/${state}`, "", { retain: true });
    proxy.cut();
    assert.equal(await nextStatus(), "offline");
    assert.equal(await nextStatus(), "online");
    await room.publish(`earshot/test/recommend/request/${round}`, "Hello by Adele");
    const reply = await room.next(({ topic }) => topic.endsWith(`/reply/${round}`));
    assert.match(reply.text, /"status":"ok"/u);
    const late = await connectTestClient(t, broker.port);
    await late.subscribe("earshot/test/#");
    for (const state of ["info", "health", "catalogue", "recommend/last"])
      await late.next(({ topic, text }) => topic === `earshot/test/${state}` && text !== "");
  }
});
