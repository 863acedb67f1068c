import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { defaultGuardLimits } from "../../../src/broker/guard/limits.js";
import { startGuardedBroker } from "../../support/brokers.js";
import { connect, packet, pingreq, publish, subscribe } from "../../support/mqtt-bytes.js";
import { connectRaw } from "../../support/raw-client.js";

const types = { connack: 2, publish: 3, puback: 4, suback: 9, pingresp: 13 };
const version = 4;
/** In so many waves of so many, as a process may not have all of them open at once. */
const waves = 10;
const perWave = 250;
/** The two clients' own talk goes on. */
const messagesPerWave = 10;

/** Bytes in use after a full collection. */
function bytesInUse(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

test("2,500 connections that send nothing cost two clients no message, and the broker no memory", async (t) => {
  const { broker, port } = await startGuardedBroker(t);
  const open = async (clientId: string) => {
    const client = await connectRaw(t, port);
    client.send(connect({ version, clientId }));
    await client.next(types.connack);
    return client;
  };
  const [reader, writer] = [await open("reader"), await open("writer")];
  reader.send(subscribe(version, ["talk"], { bits: 1 }));
  await reader.next(types.suback);
  let said = 0;
  const exchange = async (): Promise<void> => {
    const identifier = (said % 60_000) + 1;
    const payload = String(said);
    said += 1;
    writer.send(publish({ version, topic: "talk", flags: 2, identifier, payload }));
    const message = await reader.next(types.publish);
    assert.ok(message !== undefined && message.toString().endsWith(payload));
    reader.send(packet(0x40, message.subarray(8, 10)));
    await writer.next(types.puback);
  };
  for (let count = 0; count < 100; count += 1) await exchange();
  const before = bytesInUse();

  const program = fileURLToPath(new URL("../../support/silent-clients.js", import.meta.url));
  const child = fork(program, [String(port), String(perWave)]);
  t.after(() => child.kill());
  for (let wave = 0; wave < waves; wave += 1) {
    const opened = once(child, "message");
    child.send("open");
    for (let count = 0; count < messagesPerWave; count += 1) await exchange();
    await opened;
  }
  const silent = waves * perWave;
  // The system takes connections in before the broker does.
  while (broker.counters()["connections"] !== silent + 2) await exchange();
  assert.equal(broker.counters()["clients"], 2);
  assert.equal(broker.counters()["dropped_silent"], silent - defaultGuardLimits.silentConnections);

  child.disconnect();
  await once(child, "exit");
  for (const client of [reader, writer]) {
    client.send(pingreq);
    await client.next(types.pingresp);
  }
  const grown = bytesInUse() - before;
  assert.ok(grown < 4e6, `${grown} bytes more than before`);
});
