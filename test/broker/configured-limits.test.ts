import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { limitsOf } from "../../src/broker/configured-limits.js";
import { defaultGuardLimits } from "../../src/broker/guard/limits.js";
import { openNodeBroker } from "../../src/broker/node-broker.js";
import { defaultLimits } from "../../src/broker/persistence/limits.js";
import { loadConfig } from "../../src/config/load.js";
import type { Config } from "../../src/config/schema.js";
import { recordLog } from "../support/logs.js";
import { connect, publish } from "../support/mqtt-bytes.js";
import { connectRaw } from "../support/raw-client.js";
import { makeTempFolder } from "../support/temp-folder.js";

function configured(limits: Readonly<Record<string, string>>, dataDir = "/nowhere"): Config {
  const env = { EARSHOT_DATA_DIR: dataDir, EARSHOT_BROKER_PORT: "0" };
  const own = Object.entries(limits).map(([key, value]) => [`EARSHOT_BROKER_LIMITS_${key}`, value]);
  return loadConfig({ env: { ...env, ...Object.fromEntries(own) }, flags: {} }).config;
}

test("as it is shipped, the configuration sets the limits that the broker has by itself", () => {
  assert.deepEqual(limitsOf(configured({}).broker.limits), {
    guard: defaultGuardLimits,
    persistence: defaultLimits,
  });
});

test("what may wait for a client keeps pace with the largest packet and with its queue", () => {
  for (const [key, value] of [
    ["PACKET_BYTES", "16777216"],
    ["QUEUED_MESSAGES", "10000"],
  ] as const) {
    const { guard, persistence } = limitsOf(configured({ [key]: value }).broker.limits);
    assert.ok(persistence.queuedBytes >= guard.packetBytes, "the largest packet can be queued");
    // A client that is there may have twice as much in its queue.
    assert.ok(guard.unreadBytes >= 2 * persistence.queuedBytes);
    assert.ok(guard.unreadBytes >= 4 * guard.packetBytes);
    assert.ok(guard.unreadBytesInAll >= guard.unreadBytes);
    assert.ok(guard.bytesPerSecond >= guard.packetBytes);
  }
});

test("the node's broker keeps to its configured limits", async (t) => {
  const dataDir = await makeTempFolder(t);
  const limits = { CLIENTS: "2", PACKET_BYTES: "2097152", SESSION_DAYS: "1" };
  const { broker, admission } = await openNodeBroker({
    config: configured(limits, join(dataDir, "data")),
    address: { base: "earshot", node: "test" },
    log: recordLog(),
  });
  t.after(() => broker.stop());
  await broker.start();
  await admission.start();
  const port = broker.address()?.port ?? 0;
  const first = await connectRaw(t, port);
  const twoDays = [0x11, 0, 2, 0xa3, 0];
  first.send(connect({ version: 5, clientId: "first", properties: [twoDays] }));
  const connack = await first.next(2);
  assert.ok(connack !== undefined);
  assert.ok(connack.includes(Buffer.from([0x27, 0, 0x20, 0, 0])), "Maximum Packet Size 2 MiB");
  assert.ok(connack.includes(Buffer.from([0x11, 0, 1, 0x51, 0x80])), "Session Expiry a day");
  const second = await connectRaw(t, port);
  second.send(connect({ version: 5, clientId: "second" }));
  // One address has half of the places.
  assert.equal((await second.next(2))?.[3], 0x97);
  first.send(publish({ version: 5, topic: "a", payload: "x".repeat(2_097_152) }));
  await first.closed();
  assert.equal((await first.next(14))?.[2], 0x95);
});
