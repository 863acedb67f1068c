import type { PersistenceLimits } from "./limits.js";
import { sizeOf, type Packet } from "./packet.js";

/** What the retained messages take, in all and of each user, against the limits. */
export interface RetainedShares {
  add(packet: Packet): void;
  remove(packet: Packet): void;
  hasRoomFor(packet: Packet): boolean;
  bytes(): number;
}

interface Share {
  readonly count: number;
  readonly bytes: number;
}

const noShare: Share = { count: 0, bytes: 0 };

/**
 * Creates the account of the retained messages.
 *
 * A user may have half of everything, so that no single one takes the room of all others. Messages
 * without an owner, which are the node's own and those of a time without users, have no such limit.
 */
export function createRetainedShares(limits: PersistenceLimits): RetainedShares {
  const byOwner = new Map<string, Share>();
  let inAll = noShare;
  const ownerOf = ({ owner = "" }: Packet): string => owner;
  const shareOf = (owner: string): Share => byOwner.get(owner) ?? noShare;
  const change = (packet: Packet, by: 1 | -1): void => {
    const size = by * sizeOf(packet);
    const owner = ownerOf(packet);
    const share = grown(shareOf(owner), by, size);
    if (share.count === 0) byOwner.delete(owner);
    else byOwner.set(owner, share);
    inAll = grown(inAll, by, size);
  };
  return {
    add(packet) {
      change(packet, 1);
    },
    remove(packet) {
      change(packet, -1);
    },
    hasRoomFor(packet) {
      const fits = (share: Share, part: number): boolean =>
        share.count + 1 <= part * limits.retainedMessages &&
        share.bytes + sizeOf(packet) <= part * limits.retainedBytes;
      const owner = ownerOf(packet);
      return fits(inAll, 1) && (owner === "" || fits(shareOf(owner), partOfUser));
    },
    bytes: () => inAll.bytes,
  };
}

const partOfUser = 1 / 2;

function grown({ count, bytes }: Share, byCount: number, byBytes: number): Share {
  return { count: count + byCount, bytes: bytes + byBytes };
}
