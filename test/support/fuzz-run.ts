import type { Duplex } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { createPlainListeners } from "../../src/broker/listeners/listeners.js";
import type { Listeners } from "../../src/broker/parts.js";
import { createStreamPair } from "../../src/broker/stream-pair.js";
import { recordLog } from "./logs.js";
import { connectTestClient } from "./mqtt-client.js";
import { type FuzzCase, makeFuzzCase } from "./mqtt-mutations.js";
import type { Cleanup } from "./temp-folder.js";

/** Listens on TCP for ordinary clients, and takes streams of this process for the others. */
export interface FuzzListeners extends Listeners {
  open(): Duplex;
}

export function createFuzzListeners(): FuzzListeners {
  const tcp = createPlainListeners({ host: "127.0.0.1", port: 0, log: recordLog() });
  let take: Parameters<Listeners["start"]>[0] = () => {};
  return {
    async start(onStream) {
      take = onStream;
      await tcp.start(onStream);
    },
    stop: () => tcp.stop(),
    addresses: () => tcp.addresses(),
    open() {
      const [ours, theirs] = createStreamPair();
      take(theirs, { transport: "tcp", address: "192.0.2.1" });
      return ours;
    },
  };
}

export interface FuzzResult {
  /** Messages of QoS 1 from one ordinary client to another, all of which arrived in order. */
  readonly exchanged: number;
  /** The `damageKinds` that its cases had. */
  readonly damages: ReadonlySet<string>;
}

/** Connections at once; as many as they finish together, the bystanders talk once. */
const lanes = 25;
/** So many turns of the event loop follow the last byte of the longest case. */
const patienceTurns = 8;

/**
 * Sends cases to a broker while two ordinary clients exchange messages of QoS 1.
 *
 * @throws Error when one of the two is disconnected, or misses a message, or gets one out of order
 */
export async function runFuzz(
  t: Cleanup,
  broker: { readonly port: number; readonly listeners: FuzzListeners },
  range: { readonly firstSeed: number; readonly cases: number },
): Promise<FuzzResult> {
  const { port, listeners } = broker;
  const id = String(range.firstSeed);
  const sender = await connectTestClient(t, port, { clientId: `sender-${id}` });
  const receiver = await connectTestClient(t, port, { clientId: `receiver-${id}` });
  await receiver.subscribe("bystanders/talk");
  let sent = 0;
  const damages = new Set<string>();
  for (let first = 0; first < range.cases; first += lanes) {
    const seeds = Array.from({ length: lanes }, (_, lane) => range.firstSeed + first + lane);
    const talk = sender.publish("bystanders/talk", String(sent));
    const cases = seeds.map(makeFuzzCase);
    for (const kind of cases.flatMap((one) => one.damages)) damages.add(kind);
    await runCases(cases.map((one) => ({ stream: listeners.open(), ...one })));
    await talk;
    sent += 1;
  }
  for (let count = 0; count < sent; count += 1) {
    const { text } = await receiver.next(({ topic }) => topic === "bystanders/talk");
    if (text !== String(count)) throw new Error(`expected message ${count}, got ${text}`);
  }
  if (!sender.client.connected || !receiver.client.connected) {
    throw new Error("a bystander was disconnected");
  }
  await Promise.all([sender.client.endAsync(), receiver.client.endAsync()]);
  return { exchanged: sent, damages };
}

/** Each gives a segment a turn: turns of their own for each would be most of the work. */
async function runCases(cases: readonly (FuzzCase & { readonly stream: Duplex })[]): Promise<void> {
  for (const { stream } of cases) {
    stream.on("error", () => {});
    stream.resume();
  }
  const longest = Math.max(...cases.map(({ segments }) => segments.length));
  for (let turn = 0; turn < longest + patienceTurns; turn += 1) {
    if (cases.every(({ stream }) => stream.destroyed)) break;
    for (const { stream, segments } of cases) {
      const segment = segments[turn];
      if (segment !== undefined && stream.writable) stream.write(segment);
    }
    await nextTurn();
  }
  for (const { stream } of cases) stream.destroy();
}
