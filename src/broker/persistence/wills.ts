import type { Journal } from "./journal.js";
import { detach, type Packet } from "./packet.js";
import { encodePacket } from "./packet-codec.js";
import { willKey } from "./record-keys.js";

/** A last will, with whose it is and which run of the broker took it down. */
export type Will = Packet & { readonly clientId: string };

/** The connection that a will belongs to; Aedes' client object. */
export interface WillOwner {
  readonly id: string;
  readonly closed?: boolean;
}

/** The last wills of connected clients, and those that a former run could not publish. */
export interface Wills {
  put(owner: WillOwner, will: Will): void;
  get(clientId: string): Will | undefined;
  /** @param by who asks: the client itself, or only its name */
  delete(by: { readonly id: string }): Will | undefined;
  /** Puts back a will of the former run. */
  restore(will: Will): void;
  /** When wills of the former run are due, in milliseconds after the start, each time once. */
  orphansDueAt(): ReadonlySet<number>;
  /** Takes those out that are due by then, unless their clients have come back. */
  takeOrphans(dueMs: number): readonly Will[];
  values(): Iterable<Will>;
}

/**
 * How long clients may take to come back after a restart of the broker before their last wills are
 * published: without it each restart would report every device as gone.
 */
const graceMs = 10_000;
const maxTimerMs = 2 ** 31 - 1;

/** Creates the register of last wills. */
export function createWills(journal: Journal): Wills {
  const wills = new Map<string, Will>();
  const owners = new Map<string, WillOwner>();
  const remove = (clientId: string): Will | undefined => {
    const will = wills.get(clientId);
    if (will === undefined) return undefined;
    wills.delete(clientId);
    owners.delete(clientId);
    journal.delete(willKey(clientId), "lazy");
    return will;
  };
  const orphans = (): readonly Will[] =>
    [...wills.values()].filter(({ clientId }) => !owners.has(clientId));

  return {
    put(owner, will) {
      const { clientId } = will;
      wills.set(clientId, { ...will, payload: detach(will.payload) });
      owners.set(clientId, owner);
      const encode = (): Buffer | undefined => {
        const current = wills.get(clientId);
        return current === undefined ? undefined : encodePacket(current);
      };
      journal.put(willKey(clientId), encode, "acknowledged");
    },
    get: (clientId) => wills.get(clientId),
    delete(by) {
      // A connection that was taken over deletes its will after the new one has left its own.
      const owner = owners.get(by.id);
      if (owner !== by && owner?.closed === false) return undefined;
      return remove(by.id);
    },
    restore(will) {
      wills.set(will.clientId, will);
    },
    orphansDueAt: () => new Set(orphans().map((will) => delayMs(will))),
    takeOrphans(dueMs) {
      const due = orphans().filter((will) => delayMs(will) <= dueMs);
      for (const { clientId } of due) remove(clientId);
      return due;
    },
    values: () => wills.values(),
  };
}

/**
 * Will Delay Interval (MQTT 5, 3.1.3.2.2), in seconds; never shorter than the grace, and no longer
 * than Node's timers run, which fire at once beyond that.
 */
function delayMs({ properties }: Will): number {
  const seconds: unknown =
    properties === undefined ? undefined : Reflect.get(properties, "willDelayInterval");
  const wantedMs = typeof seconds === "number" ? seconds * 1000 : 0;
  return Math.min(Math.max(graceMs, wantedMs), maxTimerMs);
}
