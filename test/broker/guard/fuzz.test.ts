// The short form of bench/broker/fuzz.ts: the same cases, fewer of them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { aedesVersions, startGuardedBroker } from "../../support/brokers.js";
import { createFuzzListeners, runFuzz } from "../../support/fuzz-run.js";
import { damageKinds } from "../../support/mqtt-mutations.js";

const limits = { connectsPerSecond: 1e6, connectBurst: 1e6 };

/** From here on 400 cases damage every kind of packet in every way. */
const firstSeed = 7_011_000;

for (const [aedes, createAedes] of Object.entries(aedesVersions)) {
  const cases = aedes.startsWith("2") ? 600 : 400;
  test(`${cases} damaged conversations hurt neither the broker nor two bystanders (Aedes ${aedes})`, async (t) => {
    const listeners = createFuzzListeners();
    const { broker, port } = await startGuardedBroker(t, { createAedes, limits, listeners });
    const range = { firstSeed, cases };
    const { exchanged, damages } = await runFuzz(t, { port, listeners }, range);
    assert.equal(exchanged, cases / 25);
    assert.deepEqual(
      [...damageKinds].filter((kind) => !damages.has(kind)),
      [],
    );
    const { connections = 0, dropped_malformed: malformed = 0 } = broker.counters();
    assert.equal(connections, cases + 2);
    assert.ok(malformed > cases / 5 && malformed < cases, `${malformed} were found malformed`);
    assert.equal(broker.counters()["dropped_slow"], 0);
  });
}
