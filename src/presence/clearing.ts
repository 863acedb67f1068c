import type { NodeAddress } from "../contract/topics.js";
import { isNameHeld, type OpenLine } from "./name-claim.js";

/** A broker on which something of this node may lie. */
export interface ClearedBroker {
  /** @throws EarshotError `broker_unavailable` */
  readonly open: OpenLine;
  /** Takes retained messages off it, once. */
  readonly clear: (topics: readonly string[]) => Promise<void>;
}

/**
 * Takes retained messages off every broker, but for one on which a live node has their owner's name.
 *
 * @param owner whose messages they are, where that may be another node by now
 * @returns whether there was a broker to clear them from
 * @throws EarshotError `broker_unavailable` or `timeout`; some may be gone by then
 */
export type Clear = (topics: readonly string[], owner?: NodeAddress) => Promise<boolean>;

/** Clears on the node's own broker first, then on the one that a bridge leads to. */
export function createClearing(brokers: readonly ClearedBroker[]): Clear {
  return async (topics, owner) => {
    let isCleared = false;
    for (const { open, clear } of brokers) {
      if (owner !== undefined && (await isNameHeld(open, owner))) continue;
      await clear(topics);
      isCleared = true;
    }
    return isCleared;
  };
}
