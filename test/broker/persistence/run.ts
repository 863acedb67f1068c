import type { TestContext } from "node:test";
import type { Packet } from "../../../src/broker/persistence/packet.js";
import {
  createPersistence,
  type Persistence,
  type PersistenceOptions,
} from "../../../src/broker/persistence/persistence.js";
import { recordLog } from "../../support/logs.js";
import { createFakeBroker, type FakeBroker } from "./fake-broker.js";

/** One run of the broker's memory. */
export interface Run {
  readonly persistence: Persistence;
  readonly broker: FakeBroker;
}

/** Starts a run; those of one folder follow each other. */
export async function startRun(
  t: TestContext,
  options: Partial<PersistenceOptions> & { readonly dir?: string | undefined } = {},
): Promise<Run> {
  const persistence = createPersistence({ log: recordLog(), ...options });
  await persistence.start();
  t.after(() => persistence.stop());
  const broker = createFakeBroker();
  await persistence.aedes.setup(broker);
  return { persistence, broker };
}

let counter = 0;

/** A message as Aedes hands it over; each has a payload of its own. */
export function message(topic: string, fields: Partial<Packet> = {}): Packet {
  counter += 1;
  return {
    cmd: "publish",
    topic,
    payload: Buffer.from(`payload ${counter}`),
    qos: 1,
    retain: false,
    dup: false,
    brokerId: "a run",
    brokerCounter: counter,
    ...fields,
  };
}

export async function gather<T>(stream: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const one of stream) all.push(one);
  return all;
}

/** A client that has left, and will be back. */
export const away = { id: "away" };

/** The payloads that wait for a client, as it would get them. */
export async function queuedTexts({ persistence }: Run, client = away): Promise<readonly string[]> {
  const packets = await gather(persistence.aedes.outgoingStream(client));
  return packets.map((packet) => ("payload" in packet ? String(packet.payload) : packet.cmd));
}

export async function retainedTopics(
  { persistence }: Run,
  filter: string,
): Promise<readonly string[]> {
  return (await gather(persistence.aedes.createRetainedStreamCombi([filter]))).map(
    ({ topic }) => topic,
  );
}

/** Lets a client subscribe and go, and messages arrive for it. */
export async function leaveWith(run: Run, count: number, qos = 1): Promise<readonly string[]> {
  const { aedes } = run.persistence;
  run.broker.connect(away);
  await aedes.addSubscriptions(away, [{ topic: "news/#", qos: 2 }]);
  run.broker.disconnect(away);
  const sent = Array.from({ length: count }, () => message("news/today", { qos }));
  for (const packet of sent)
    await aedes.outgoingEnqueueCombi(await aedes.subscriptionsByTopic("news/today"), packet);
  return sent.map(({ payload }) => String(payload));
}
