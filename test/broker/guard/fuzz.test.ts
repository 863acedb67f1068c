// The short form of bench/broker/fuzz.ts: the same cases, fewer of them.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { aedesVersions, startGuardedBroker } from "../../support/brokers.js";
import { createFuzzListeners, runFuzz } from "../../support/fuzz-run.js";

const limits = { connectsPerSecond: 1e6, connectBurst: 1e6 };

for (const [index, [aedes, createAedes]] of Object.entries(aedesVersions).entries()) {
  const cases = aedes.startsWith("2") ? 4000 : 1000;
  test(`${cases} damaged conversations hurt neither the broker nor two bystanders (Aedes ${aedes})`, async () => {
    const listeners = createFuzzListeners();
    const { broker, port } = await startGuardedBroker(
      { after },
      { createAedes, limits, listeners },
    );
    const range = { firstSeed: index * 1_000_000, cases };
    const { exchanged } = await runFuzz({ after }, { port, listeners }, range);
    assert.equal(exchanged, cases / 25);
    const { connections = 0, dropped_malformed: malformed = 0 } = broker.counters();
    assert.equal(connections, cases + 2);
    assert.ok(malformed > cases / 5 && malformed < cases, `${malformed} were found malformed`);
    assert.equal(broker.counters()["dropped_slow"], 0);
  });
}
