import type { SyncedSource } from "../persistence/held-acks.js";
import type { AedesClient } from "./aedes-parts.js";

/** The last wills on their way: behind what their clients sent, before what their successors send. */
export interface LastWills {
  /**
   * Calls back when all that a client sent before its end is on its way to the others: its will must
   * not overtake it, or "online" would be the last that they hear.
   */
  hold(client: AedesClient, will: object, publish: () => void): void;
  /** From Aedes' hook `published`, for each message of a client that has gone. */
  published(packet: object): void;
  /**
   * Calls back when the wills of former connections under a client id are with everybody: what the new
   * one sends must not come before them, or "offline" would be the last that they hear. At once when
   * there are none, and after a second at the latest.
   */
  whenDone(clientId: string, done: () => void): void;
}

interface PendingWill {
  /** Does nothing the second time. */
  readonly publish: () => void;
  readonly isDone: Promise<unknown>;
}

/** A disk that hangs must not keep a client waiting: then its predecessor's will comes at once. */
const patienceMs = 1000;

/** Creates the register of one broker. */
export function createLastWills(store: SyncedSource): LastWills {
  /** By client id the newest. */
  const pending = new Map<string, PendingWill>();
  const finishers = new WeakMap<object, () => void>();
  const forgetWhenDone = async (clientId: string, will: PendingWill): Promise<void> => {
    await will.isDone;
    if (pending.get(clientId) === will) pending.delete(clientId);
  };
  return {
    hold(client, will, publish) {
      const clientId = client.id ?? "";
      const isPublished = new Promise<void>((resolve) => {
        finishers.set(will, resolve);
      });
      const isDone = Promise.all([pending.get(clientId)?.isDone, isPublished]);
      const entry = { publish: once(publish), isDone };
      pending.set(clientId, entry);
      void forgetWhenDone(clientId, entry);
      void afterItsMessages(store, entry.publish);
    },
    published(packet) {
      finishers.get(packet)?.();
    },
    whenDone(clientId, done) {
      const will = pending.get(clientId);
      if (will === undefined) {
        done();
        return;
      }
      const finish = once(() => {
        clearTimeout(timer);
        done();
      });
      const timer = setTimeout(() => {
        will.publish();
        finish();
      }, patienceMs);
      void will.isDone.then(finish);
    },
  };
}

/** Whether a message is published for a client that has gone: its last will. */
export function isLastWill(client: AedesClient | null): client is AedesClient {
  // While the broker stops nobody hears it, and it is to be stored in time.
  return client !== null && client.closed && !isStopping(client);
}

function isStopping(client: AedesClient): boolean {
  const broker: unknown = Reflect.get(client, "broker");
  return typeof broker === "object" && broker !== null && Reflect.get(broker, "closed") === true;
}

/**
 * Aedes takes a turn of the event loop to answer a message before it publishes it. One with QoS 2 waits
 * for the disk twice: in the queue of its receiver, and with its Packet Identifier.
 */
async function afterItsMessages(store: SyncedSource, done: () => void): Promise<void> {
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

function once(run: () => void): () => void {
  let hasRun = false;
  return () => {
    if (hasRun) return;
    hasRun = true;
    run();
  };
}
