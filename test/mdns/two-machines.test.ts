import assert from "node:assert/strict";
import { test } from "node:test";
import { password, writeUsers } from "../broker/users/support.js";
import { startElsewhere } from "../cli/run-elsewhere.js";
import { connectTwoMachines } from "../support/network-namespaces.js";
import { copyPreparedData, startNode } from "../support/node-process.js";
import { makeTempFolder } from "../support/temp-folder.js";

test("on another machine of the network earshot ask finds a node that announces itself, and none after its end", async (t) => {
  const machines = await connectTwoMachines(t);
  if (machines === undefined) return;
  const dataDir = await copyPreparedData(t);
  await writeUsers(dataDir, { anna: { role: "asker" } });
  const settings = {
    EARSHOT_DATA_DIR: dataDir,
    EARSHOT_NODE_ID: "kitchen",
    EARSHOT_BROKER_HOST: "0.0.0.0",
    EARSHOT_MDNS_ENABLED: "true",
  };
  const node = await startNode(t, settings, machines.one);
  const signedIn = {
    PATH: process.env["PATH"],
    EARSHOT_DATA_DIR: await makeTempFolder(t),
    EARSHOT_MDNS_ENABLED: "true",
    EARSHOT_MQTT_USERNAME: "anna",
    EARSHOT_MQTT_PASSWORD: password,
  };
  const question = ["ask", "Hello by Adele", "--limit", "1", "--json"];
  const run = startElsewhere(t, signedIn, machines.other);

  const answered = await run(question);
  assert.equal(answered.code, 0, answered.stderr);
  assert.equal(JSON.parse(answered.stdout).match.artist, "Adele");

  const careful = await run([...question, "--mdns.enabled", "false"]);
  assert.equal(careful.code, 1);
  assert.match(careful.stderr, /nor at 10\.0\.0\.1:\d+ \(.*the broker asks for a user/u);

  node.child.kill("SIGINT");
  assert.equal(await node.ended(), 0, "SIGINT ends it as cleanly as SIGTERM");
  const gone = await run(question);
  assert.equal(gone.code, 1);
  assert.match(
    gone.stderr,
    /^earshot ask: no node can be reached at 127\.0\.0\.1:1883 [^;]*; start one/u,
  );
});
