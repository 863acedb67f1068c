import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { isolatedEnv } from "../support/node-process.js";
import { runHere, startNodeHere } from "../support/node-here.js";
import { needMosquitto, startMosquitto } from "../support/mosquitto.js";

test("ask on a machine without a node finds the one that announces itself", async (t) => {
  if (!(await needMosquitto(t, "mosquitto"))) return;
  if (await isListening(1883)) {
    t.skip("a broker of this machine's own is at port 1883, which ask tries first");
    return;
  }
  const port = await startMosquitto(t);
  await startNodeHere(t, {
    EARSHOT_BROKER_MODE: "external",
    EARSHOT_MQTT_URL: `mqtt://127.0.0.1:${port}`,
    EARSHOT_MQTT_BASE_TOPIC: "home/earshot",
    EARSHOT_MDNS_ENABLED: "true",
  });
  // A port that is set names a place, and then nobody else is asked.
  const { EARSHOT_BROKER_PORT: _, EARSHOT_NODE_ID: __, ...elsewhere } = await isolatedEnv(t, {});
  const { code, stdout, stderr } = await runHere(["ask", "Hey Jude"], elsewhere);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Hey Jude by The Beatles/u);
});

test("a broker for this machine only is not announced: that is refused", async (t) => {
  await assert.rejects(startNodeHere(t, { EARSHOT_MDNS_ENABLED: "true" }), { code: "bad_config" });
});

async function isListening(port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    }).once("error", () => {
      resolve(false);
    });
  });
}
