import assert from "node:assert/strict";
import { test } from "node:test";
import { Aedes } from "aedes";
import type { BrokerPersistence } from "../../../src/broker/embedded.js";
import { aedesVersions, startGuardedBroker } from "../../support/brokers.js";
import { connect, pingreq, publish } from "../../support/mqtt-bytes.js";
import { connectRaw } from "../../support/raw-client.js";

/** Aedes' own memory, of which one store can be held up. */
async function createSlowPersistence(): Promise<BrokerPersistence & { release(): void }> {
  const donor = await Aedes.createBroker();
  const aedes: unknown = Reflect.get(donor, "persistence");
  await new Promise<void>((resolve) => {
    donor.close(resolve);
  });
  assert.ok(typeof aedes === "object" && aedes !== null);
  const store: unknown = Reflect.get(aedes, "storeRetained");
  assert.ok(typeof store === "function");
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  Reflect.set(aedes, "storeRetained", async (packet: unknown) => {
    await released;
    await Reflect.apply(store, aedes, [packet]);
  });
  const nothing = (): Promise<void> => Promise.resolve();
  return { aedes, release, start: nothing, stop: nothing, counters: () => ({ retained: 1 }) };
}

for (const [aedes, createAedes] of Object.entries(aedesVersions)) {
  test(`PUBACK comes after the message was stored (section 4.3.2): bare Aedes sends it before, the guard holds it back (Aedes ${aedes})`, async (t) => {
    const persistence = await createSlowPersistence();
    const { broker, port } = await startGuardedBroker(t, { createAedes, persistence });
    assert.equal(broker.counters()["retained"], 1);
    const client = await connectRaw(t, port);
    client.send(connect({ version: 4, clientId: "publisher" }));
    await client.next(2);
    client.send(publish({ version: 4, topic: "kept", flags: 3, identifier: 0x102 }));
    for (let count = 0; count < 3; count += 1) {
      client.send(pingreq);
      await client.next(13);
    }
    assert.ok(!client.packets.some(([header = 0]) => header >> 4 === 4), "no PUBACK yet");
    persistence.release();
    assert.deepEqual(await client.next(4), Buffer.from([0x40, 2, 1, 2]));
  });
}
