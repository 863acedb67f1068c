import { createMatcher } from "../../contract/topic-filters.js";
import type { Journal } from "./journal.js";
import type { PersistenceLimits } from "./limits.js";
import { detach, isExpired, type Packet } from "./packet.js";
import { encodePacket } from "./packet-codec.js";
import type { PolicyCounters } from "./policy-counters.js";
import { retainedKey } from "./record-keys.js";
import { createRetainedShares } from "./retained-shares.js";

/** The last message of each topic that was published with RETAIN. */
export interface Retained {
  /**
   * Says whose message comes to `store` next; Aedes hands it on as a copy that does not tell.
   *
   * @param owner the user; `undefined`: the node itself, or nobody
   */
  attribute(packet: Pick<Packet, "payload">, owner: string | undefined): void;
  /** Says that the message which comes to `store` next is not to be kept. */
  leave(packet: Pick<Packet, "payload">): void;
  /** An empty payload removes the topic's message [MQTT-3.3.1-6]. */
  store(packet: Packet): void;
  /** The messages that filters match, one filter after the other. */
  matching(filters: readonly string[]): AsyncIterable<Packet>;
  /** Puts back a message of the former run. */
  restore(packet: Packet): void;
  sweep(nowMs: number): void;
  values(): Iterable<Packet>;
  count(): number;
  bytes(): number;
}

export interface RetainedOptions {
  readonly journal: Journal;
  readonly limits: PersistenceLimits;
  readonly counters: PolicyCounters;
  readonly now: () => number;
}

/** So many topics are looked at before others get their turn. */
const topicsPerTurn = 2000;

/** Creates the store of retained messages. */
export function createRetained({ journal, limits, counters, now }: RetainedOptions): Retained {
  const messages = new Map<string, Packet>();
  const shares = createRetainedShares(limits);
  /** By the payload, the one object of a packet that Aedes puts into its copies. */
  const owners = new WeakMap<object, string>();
  const passing = new WeakSet<object>();

  const ownerOf = ({ payload }: Packet): string | undefined =>
    typeof payload === "string" ? undefined : owners.get(payload);

  const isPassing = ({ payload }: Packet): boolean =>
    typeof payload !== "string" && passing.has(payload);

  const set = (packet: Packet): void => {
    messages.set(packet.topic, packet);
    shares.add(packet);
  };

  const remove = (packet: Packet): void => {
    messages.delete(packet.topic);
    shares.remove(packet);
  };

  const keep = (packet: Packet): void => {
    const { topic } = packet;
    set({ ...packet, payload: detach(packet.payload) });
    // What is written is the topic's message at that time: of ten values a second one.
    const encode = (): Buffer | undefined => {
      const current = messages.get(topic);
      return current === undefined ? undefined : encodePacket(current);
    };
    journal.put(retainedKey(topic), encode, packet.qos > 0 ? "acknowledged" : "lazy");
  };

  return {
    attribute({ payload }, owner) {
      if (owner !== undefined && typeof payload !== "string") owners.set(payload, owner);
    },
    leave({ payload }) {
      if (typeof payload !== "string") passing.add(payload);
    },
    store(published) {
      const owner = ownerOf(published);
      const packet = owner === undefined ? published : { ...published, owner };
      const former = messages.get(packet.topic);
      if (former !== undefined) remove(former);
      const isWanted = packet.payload.length > 0 && !isPassing(packet);
      const isKept = isWanted && shares.hasRoomFor(packet);
      if (isKept) keep(packet);
      // Of a message that does not fit not even the former value stays: it would be out of date.
      else if (former !== undefined)
        journal.delete(retainedKey(packet.topic), packet.qos > 0 ? "acknowledged" : "lazy");
      if (isWanted && !isKept) counters.count("retained_refused", packet.topic, owner);
    },
    async *matching(filters) {
      let looked = 0;
      for (const filter of filters) {
        if (!/[+#]/u.test(filter)) {
          const message = messages.get(filter);
          if (message !== undefined && !isExpired(message, now())) yield message;
          continue;
        }
        const matches = createMatcher(filter);
        for (const [topic, message] of messages) {
          looked += 1;
          if (looked % topicsPerTurn === 0) await nextTurn();
          if (matches(topic.split("/")) && !isExpired(message, now())) yield message;
        }
      }
    },
    restore: set,
    sweep(nowMs) {
      for (const message of messages.values()) {
        if (!isExpired(message, nowMs)) continue;
        remove(message);
        journal.delete(retainedKey(message.topic), "lazy");
      }
    },
    values: () => messages.values(),
    count: () => messages.size,
    bytes: () => shares.bytes(),
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
