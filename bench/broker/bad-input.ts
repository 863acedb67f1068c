// Floods by hand, and what two ordinary clients notice of them: 10,000 connections that send nothing,
// and 1,000,000 retained topics, each out of a program of its own.
//   node --expose-gc dist/bench/broker/bad-input.js
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startGuardedBroker } from "../../test/support/brokers.js";
import { connect, packet, publish, subscribe } from "../../test/support/mqtt-bytes.js";
import { connectRaw } from "../../test/support/raw-client.js";
import { reportFigure } from "../figure.js";

const types = { connack: 2, publish: 3, puback: 4, suback: 9 };
const version = 4;
const bench = "bad input";
const silentWaves = 40;
const silentPerWave = 250;
const retainedTopics = 1_000_000;
const aloneMs = 3000;
const cleanups: (() => unknown)[] = [];
const owner = { after: (run: () => unknown): unknown => cleanups.push(run) };

const { broker, port } = await startGuardedBroker(owner);
const [reader, writer] = [await open("reader"), await open("writer")];
reader.send(subscribe(version, ["talk"], { bits: 1 }));
await reader.next(types.suback);

await talk("alone", () => new Promise((resolve) => setTimeout(resolve, aloneMs)));
report("alone");
const silent = start("../../test/support/silent-clients.js", silentPerWave);
await talk("10,000 silent connections", async () => {
  for (let wave = 0; wave < silentWaves; wave += 1) {
    const opened = once(silent, "message");
    silent.send("open");
    await opened;
  }
});
silent.disconnect();
await once(silent, "exit");
report("10,000 silent connections");
const flood = start("retained-flood.js", retainedTopics);
await talk("1,000,000 retained topics", () => once(flood, "message"));
report("1,000,000 retained topics");
for (const cleanup of cleanups.toReversed()) await cleanup();

async function open(clientId: string) {
  const client = await connectRaw(owner, port);
  client.send(connect({ version, clientId }));
  await client.next(types.connack);
  return client;
}

function start(program: string, count: number): ChildProcess {
  return fork(fileURLToPath(new URL(program, import.meta.url)), [String(port), String(count)]);
}

/** A message with QoS 1 every few milliseconds, from PUBLISH to its arrival. */
async function talk(during: string, event: () => Promise<unknown>): Promise<void> {
  const timesMs: number[] = [];
  const over = new AbortController();
  const waiting = (async (): Promise<void> => {
    await event();
    over.abort();
  })();
  while (!over.signal.aborted) {
    const identifier = (timesMs.length % 60_000) + 1;
    const startedMs = performance.now();
    writer.send(publish({ version, topic: "talk", flags: 2, identifier }));
    const message = await reader.next(types.publish);
    assert.ok(message !== undefined, "the ordinary client was dropped");
    timesMs.push(performance.now() - startedMs);
    reader.send(packet(0x40, message.subarray(8, 10)));
    await writer.next(types.puback);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await waiting;
  const sorted = timesMs.toSorted((one, other) => one - other);
  for (const part of [0.5, 0.99]) {
    const value = sorted[Math.floor(part * sorted.length)] ?? Number.NaN;
    reportFigure(bench, `p${part * 100}`, { value, unit: "ms", during, messages: sorted.length });
  }
}

function report(after: string): void {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const { retained, retained_refused, dropped_silent, clients } = broker.counters();
  const counters = { retained, retained_refused, dropped_silent, clients };
  reportFigure(bench, "memory in use", {
    value: (heapUsed + external) / 1e6,
    unit: "MB",
    after,
    ...counters,
  });
}
