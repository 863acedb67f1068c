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
 * Where that is the node's own broker they stay on both: the bridge takes up what that node says.
 *
 * @param owner whose messages they are, where that may be another node by now
 * @returns whether there was a broker to clear them from
 * @throws EarshotError `broker_unavailable` or `timeout`; some may be gone by then
 */
export type Clear = (topics: readonly string[], owner?: NodeAddress) => Promise<boolean>;

/**
 * Clears on the node's own broker first, then on the one that a bridge leads to.
 *
 * @param upstream where there is a bridge
 */
export function createClearing(own: ClearedBroker, upstream?: ClearedBroker): Clear {
  return async (topics, owner) => {
    const isHeldOn = async ({ open }: ClearedBroker): Promise<boolean> =>
      owner !== undefined && (await isNameHeld(open, owner));
    if (await isHeldOn(own)) return false;
    await own.clear(topics);
    if (upstream !== undefined && !(await isHeldOn(upstream))) await upstream.clear(topics);
    return true;
  };
}
