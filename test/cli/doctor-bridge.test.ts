import assert from "node:assert/strict";
import { test } from "node:test";
import { checkBridge } from "../../src/cli/doctor-bridge.js";
import type { Check } from "../../src/cli/doctor-check.js";
import { loadConfig } from "../../src/config/load.js";
import {
  findFreePort,
  needMosquitto,
  startMosquitto,
  startMosquittoOn,
} from "../support/mosquitto.js";

async function check(env: NodeJS.ProcessEnv): Promise<readonly Check[]> {
  return await checkBridge(loadConfig({ env, flags: {} }).config);
}

test("where there is no bridge nothing is said of one", async () => {
  assert.deepEqual(await check({}), []);
});

test("a bridge beside an external broker is a fault: the node would not start", async () => {
  const [fault] = await check({
    EARSHOT_BROKER_MODE: "external",
    EARSHOT_MQTT_URL: "mqtt://127.0.0.1:1",
    EARSHOT_BRIDGE_URL: "mqtt://127.0.0.1:1",
  });
  assert.equal(fault?.state, "fault");
  assert.match(fault.message, /take bridge\.url away/u);
});

test("an upstream broker that lets the node in is fine; one that is gone is a fault with what to do", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  const port = await findFreePort();
  const bridge = { EARSHOT_BRIDGE_URL: `mqtt://127.0.0.1:${port}` };
  const stop = await startMosquittoOn(t, port);
  assert.deepEqual(await check(bridge), [
    {
      name: "bridge",
      state: "ok",
      message: `the upstream broker 127.0.0.1:${port} lets this node in`,
    },
  ]);
  await stop();
  const [fault] = await check(bridge);
  assert.equal(fault?.state, "fault");
  assert.match(fault.message, /ECONNREFUSED.*; check that it runs, and bridge\.url/u);
});

test("a broker that wants a user is a fault that names the keys", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  const port = await startMosquitto(t, "allow_anonymous false");
  const [fault] = await check({ EARSHOT_BRIDGE_URL: `mqtt://127.0.0.1:${port}` });
  assert.equal(fault?.state, "fault");
  assert.match(fault.message, /authori[sz]ed.*bridge\.username and bridge\.password/iu);
});
