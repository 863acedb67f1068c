import type { Config } from "../config/schema.js";
import { defaultGuardLimits, type GuardLimits } from "./guard/limits.js";
import { defaultLimits, type PersistenceLimits } from "./persistence/limits.js";

const secondsPerDay = 24 * 3600;
/** Messages of this size fill a queue by their number and by their bytes at once. */
const bytesPerQueuedMessage = 1024;
/** A client is not taken for one that does not read while it has so many of the largest packets. */
const unreadPackets = 4;

/**
 * The limits of the broker as `broker.limits` has them, and those that must keep pace with them: what
 * may wait for one client is several times the largest packet and more than its queue.
 */
export function limitsOf(wanted: Config["broker"]["limits"]): {
  readonly guard: GuardLimits;
  readonly persistence: PersistenceLimits;
} {
  const { clients, packetBytes, queuedMessages, retainedMessages } = wanted;
  const queuedBytes = Math.max(
    defaultLimits.queuedBytes,
    packetBytes,
    queuedMessages * bytesPerQueuedMessage,
  );
  const unreadBytes = Math.max(defaultGuardLimits.unreadBytes, unreadPackets * queuedBytes);
  return {
    guard: {
      ...defaultGuardLimits,
      clients,
      // One address, which may be a proxy or a household's, leaves half to others.
      clientsPerAddress: Math.ceil(clients / 2),
      publishesPerSecond: wanted.messagesPerSecond,
      bytesPerSecond: Math.max(defaultGuardLimits.bytesPerSecond, packetBytes),
      packetBytes,
      unreadBytes,
      unreadBytesInAll: Math.max(defaultGuardLimits.unreadBytesInAll, 2 * unreadBytes),
    },
    persistence: {
      ...defaultLimits,
      sessionExpirySeconds: wanted.sessionDays * secondsPerDay,
      queuedMessages,
      queuedBytes,
      retainedMessages,
    },
  };
}
