// A client written like Home Assistant's, with the library that Home Assistant uses.
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { programRoot } from "../../../src/program.js";
import { startGuardedBroker } from "../../support/brokers.js";
import { connectTestClient } from "../../support/mqtt-client.js";

const python = "/usr/bin/python3";
const script = join(programRoot, "test", "broker", "guard", "home-assistant-client.py");
const isMissing = spawnSync(python, ["-c", "import paho.mqtt.client"]).status !== 0;
const skip =
  isMissing && process.env["EARSHOT_TEST_REQUIRE"]?.includes("paho") !== true
    ? "python3-paho-mqtt is not installed"
    : false;

test(
  "a paho client like Home Assistant's is served over MQTT 5, and its will when it vanishes",
  { skip },
  async (t) => {
    const { port } = await startGuardedBroker(t);
    const watcher = await connectTestClient(t, port);
    await watcher.subscribe("homeassistant/status");
    for (const end of ["leave", "vanish"]) {
      const { stdout } = await promisify(execFile)(python, [script, String(port), end]);
      assert.deepEqual(stdout.trim().split("\n"), [
        "connected Success 0",
        "subscribed 0 0 0 1 1",
        "message earshot/kitchen/mic/peak 1",
        "message earshot/kitchen/status 1",
        "message homeassistant/device/kitchen/config 0",
      ]);
      assert.equal((await watcher.next(() => true)).text, "online");
    }
    assert.equal((await watcher.next(() => true)).text, "offline");
    assert.equal(watcher.seen.length, 0);
  },
);
