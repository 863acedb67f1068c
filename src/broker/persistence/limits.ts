/** How much the broker remembers at most; each limit's policy stands beside it. */
export interface PersistenceLimits {
  /**
   * Sessions kept of clients that are away; one more ends the one that has been away for the longest
   * of the owner who has most of them.
   */
  readonly sessions: number;
  /** The same of one user; one more ends the one of that user that has been away for the longest. */
  readonly sessionsOfOwner: number;
  /** Seconds a session outlives its connection at most; MQTT 3.1.1 has no expiry, so it gets this. */
  readonly sessionExpirySeconds: number;
  /**
   * Messages waiting for an absent client, twice as many for one that is there; beyond it the oldest
   * one not yet sent is dropped.
   */
  readonly queuedMessages: number;
  /** Bytes waiting for one client; the same policy. A message larger than this is not queued. */
  readonly queuedBytes: number;
  /**
   * Bytes waiting for all clients; beyond it the oldest message not yet sent is dropped of the owner
   * with most bytes, there of the client with most.
   */
  readonly queuedBytesInAll: number;
  /** Unreleased QoS 2 messages of one publisher; the connection of one that exceeds it ends. */
  readonly incomingMessages: number;
  /**
   * Retained topics, of which one user may have half; a message on a new topic beyond it is
   * delivered, and not retained.
   */
  readonly retainedMessages: number;
  /** Bytes of all retained topics and payloads; the same share and policy. */
  readonly retainedBytes: number;
}

const mebibyte = 1024 * 1024;

/** Fits a Pi with 1 GB: at most about 50 MB when every limit is reached. */
export const defaultLimits: PersistenceLimits = {
  sessions: 1000,
  sessionsOfOwner: 100,
  sessionExpirySeconds: 7 * 24 * 3600,
  queuedMessages: 1000,
  queuedBytes: mebibyte,
  queuedBytesInAll: 32 * mebibyte,
  incomingMessages: 1000,
  retainedMessages: 10_000,
  retainedBytes: 16 * mebibyte,
};
