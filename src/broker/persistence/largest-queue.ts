import type { Session } from "./session.js";

/**
 * Finds the session that has to give something up when all queues together are full: of the owner
 * with most bytes the session with most.
 *
 * So an owner with less than an equal share of all bytes loses nothing to others, nor does a session
 * with less than an equal share of its owner's.
 *
 * @param sessions those with something in their queues
 * @returns `undefined` when there are none
 */
export function largestQueue(sessions: Iterable<Session>): Session | undefined {
  const owners = new Map<string, Holding>();
  let most: Holding | undefined;
  for (const session of sessions) {
    const owner = session.owner ?? "";
    const { bytes } = session.queue;
    const holding = owners.get(owner) ?? { bytes: 0, largest: session };
    owners.set(owner, holding);
    holding.bytes += bytes;
    if (bytes > holding.largest.queue.bytes) holding.largest = session;
    if (holding.bytes > (most?.bytes ?? -1)) most = holding;
  }
  return most?.largest;
}

/** What one owner has in all its queues. */
interface Holding {
  bytes: number;
  largest: Session;
}
