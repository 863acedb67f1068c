import assert from "node:assert/strict";
import { test } from "node:test";
import type { Packet } from "../../../src/broker/persistence/packet.js";
import {
  createPersistence,
  type Persistence,
} from "../../../src/broker/persistence/persistence.js";
import { createDeferred } from "../../../src/deferred.js";
import { aedesVersions, startGuardedBroker } from "../../support/brokers.js";
import { recordLog } from "../../support/logs.js";
import { connect, pingreq, publish } from "../../support/mqtt-bytes.js";
import { connectRaw } from "../../support/raw-client.js";

/** The broker's own memory, of which one store can be held up. */
function createSlowPersistence(): Persistence & { release(): void } {
  const persistence = createPersistence({ log: recordLog() });
  const { aedes } = persistence;
  const store = aedes.storeRetained.bind(aedes);
  const released = createDeferred<void>();
  aedes.storeRetained = async (packet: Packet) => {
    await released.promise;
    await store(packet);
  };
  return { ...persistence, release: released.resolve };
}

for (const [aedes, createAedes] of Object.entries(aedesVersions)) {
  test(`PUBACK comes after the message was stored (section 4.3.2): bare Aedes sends it before, the guard holds it back (Aedes ${aedes})`, async (t) => {
    const persistence = createSlowPersistence();
    const { broker, port } = await startGuardedBroker(t, { createAedes, persistence });
    assert.equal(broker.counters()["retained"], 0);
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
