// The long run of the fuzzer, by hand: 100,000 damaged conversations (or as many as the first argument
// says) in rounds, each with its own seeds, and the memory after each.
//   node --expose-gc dist/bench/broker/fuzz.js [cases]
import { createFuzzListeners, runFuzz } from "../../test/support/fuzz-run.js";
import { aedesVersions, startGuardedBroker } from "../../test/support/brokers.js";
import { reportFigure } from "../figure.js";

const cases = Number(process.argv[2] ?? 100_000);
const rounds = 10;
const limits = { connectsPerSecond: 1e9, connectBurst: 1e9 };
const cleanups: (() => unknown)[] = [];
const owner = {
  after(run: () => unknown): void {
    cleanups.push(run);
  },
};

for (const [aedes, createAedes] of Object.entries(aedesVersions)) {
  const listeners = createFuzzListeners();
  const { broker, port } = await startGuardedBroker(owner, { createAedes, limits, listeners });
  for (let round = 0; round < rounds; round += 1) {
    // The same seeds in each round: what grows then is a leak, and not a new case.
    const range = { firstSeed: 5_000_000, cases: cases / rounds };
    const startedMs = performance.now();
    const { exchanged } = await runFuzz(owner, { port, listeners }, range);
    globalThis.gc?.();
    const { heapUsed, rss } = process.memoryUsage();
    reportFigure("broker fuzz", "heap after a round", {
      value: heapUsed / 1e6,
      unit: "MB",
      rss_mb: Math.round(rss / 1e6),
      aedes,
      round: round + 1,
      cases: range.cases,
      malformed: broker.counters()["dropped_malformed"],
      clients: broker.counters()["clients"],
      exchanged,
      seconds: Math.round((performance.now() - startedMs) / 100) / 10,
    });
  }
}
for (const cleanup of cleanups) await cleanup();
