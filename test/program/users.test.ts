import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { password, writeUsers } from "../broker/users/support.js";
import { connectTestClient } from "../support/mqtt-client.js";
import { runHere } from "../support/command-here.js";
import { startNodeHere } from "../support/node-here.js";
import { makeTempFolder } from "../support/temp-folder.js";

const request = "earshot/any/recommend/request/anna";
const reply = "earshot/any/recommend/reply/anna";

test("a node with users on the whole network: each by its rights, commands by themselves, until removed", async (t) => {
  const dataDir = await makeTempFolder(t);
  await writeUsers(dataDir, { anna: { role: "asker" }, ha: { role: "home" } });
  const env = { EARSHOT_DATA_DIR: dataDir, EARSHOT_BROKER_HOST: "0.0.0.0" };
  const node = await startNodeHere(t, env);
  await assert.rejects(connectTestClient(t, node.port), /Not authorized/u);
  const wrong = { username: "anna", password: "wrong", clientId: "anna" };
  await assert.rejects(connectTestClient(t, node.port, wrong), /Not authorized/u);

  const anna = await connectTestClient(t, node.port, {
    username: "anna",
    password,
    clientId: "anna-phone",
  });
  await anna.subscribe(reply);
  await anna.publish(request, "Hello");
  assert.equal(JSON.parse((await anna.next(({ topic }) => topic === reply)).text).status, "ok");
  await assert.rejects(anna.subscribe("earshot/#"));

  const ha = await connectTestClient(t, node.port, {
    username: "ha",
    password,
    protocolVersion: 5,
  });
  await assert.rejects(ha.publish("earshot/test/status", "offline", { retain: true }));
  await ha.subscribe("earshot/test/status");
  assert.equal((await ha.next(({ topic }) => topic === "earshot/test/status")).text, "online");
  const will = { topic: "earshot/test/status", payload: Buffer.from("offline"), retain: true };
  const willing = { username: "ha", password, protocolVersion: 5, will } as const;
  await assert.rejects(connectTestClient(t, node.port, willing), /Not authorized/u);

  const asked = await runHere(["ask", "Hello", "--limit", "1"], node.env);
  assert.equal(asked.code, 0, asked.stderr);
  // From another machine, where there is nothing of this node's data folder.
  const far = await runHere(["ask", "Hello", "--limit", "1"], {
    EARSHOT_DATA_DIR: await makeTempFolder(t),
    EARSHOT_BROKER_PORT: String(node.port),
    EARSHOT_MQTT_USERNAME: "anna",
    EARSHOT_MQTT_PASSWORD: password,
  });
  assert.equal(far.code, 0, far.stderr);

  const dropped = anna.closed();
  const removed = await runHere(["user", "remove", "anna"], node.env);
  assert.equal(removed.code, 0, removed.stderr);
  await dropped;
  assert.ok(ha.client.connected);

  await rm(join(dataDir, "cli-access.json"));
  const refused = await runHere(["healthcheck"], node.env);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /mqtt\.username.*the broker asks for a user: /u);
});
