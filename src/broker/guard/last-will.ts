import type { SyncedSource } from "../persistence/held-acks.js";
import type { AedesClient } from "./aedes-parts.js";

/** Whether a message is published for a client that has gone: its last will. */
export function isLastWill(client: AedesClient | null): boolean {
  // While the broker stops nobody hears it, and it is to be stored in time.
  return client !== null && client.closed && !isStopping(client);
}

function isStopping(client: AedesClient): boolean {
  const broker: unknown = Reflect.get(client, "broker");
  return typeof broker === "object" && broker !== null && Reflect.get(broker, "closed") === true;
}

/**
 * Calls back when all that a client sent before its end is on its way to the others: its last will
 * must not overtake it, or "online" would be the last that they hear.
 *
 * Aedes takes a turn of the event loop to answer a message before it publishes it. One with QoS 2 waits
 * for the disk twice: in the queue of its receiver, and with its Packet Identifier.
 */
export async function afterItsMessages(store: SyncedSource, done: () => void): Promise<void> {
  for (let stage = 0; stage < 2; stage += 1) {
    await nextTurn();
    await nextTurn();
    await store.synced();
  }
  await nextTurn();
  done();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
