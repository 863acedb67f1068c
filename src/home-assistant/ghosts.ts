import type { NodeAddress } from "../contract/topics.js";
import { messageOf } from "../errors.js";
import type { Log } from "../lifecycle.js";
import type { Announcement } from "./announced-file.js";

/** What it takes to clear away what a node has left under another name. */
export interface GhostTools {
  /**
   * Takes retained messages off the brokers, once: not again after a reconnect. With an owner they
   * stay where another live node has the owner's name.
   *
   * @returns whether they were taken off any
   */
  readonly clear: (topics: readonly string[], owner?: NodeAddress) => Promise<boolean>;
}

/**
 * Clears devices that this node announced and does not announce any more. A device whose name
 * belongs to another live node by now is left alone and forgotten: a data folder may have been
 * copied to a second machine.
 *
 * @returns those that could not be cleared, to be tried again
 */
export async function clearGhosts(
  ghosts: readonly Announcement[],
  tools: GhostTools & { readonly address: NodeAddress; readonly log: Log },
): Promise<readonly Announcement[]> {
  const { address, log } = tools;
  const left: Announcement[] = [];
  for (const ghost of ghosts) {
    const { topic, base, node } = ghost;
    const isOurs = base === address.base && node === address.node;
    try {
      const isCleared = await tools.clear([topic], isOurs ? undefined : { base, node });
      if (isCleared) log.info({ topic }, "took a former device out of Home Assistant");
    } catch (error) {
      log.warn({ topic, reason: messageOf(error) }, "a former device could not be taken away");
      left.push(ghost);
    }
  }
  return left;
}
