import type { Packet } from "./packet.js";
import { createQueueDrain, type QueueDrain } from "./queue-drain.js";
import { SessionQueue } from "./session-queue.js";
import type { Subscription } from "./subscription-index.js";

/** What Aedes' client object tells of its session; 1.2.0 does not know the expiry. */
export interface ClientReference {
  readonly id: string;
  /** The session ends with the connection. */
  readonly clean?: boolean;
  /** Seconds after the connection; 0xFFFFFFFF is for ever. */
  readonly sessionExpiryInterval?: number;
  /** Sends a live message. */
  deliverQoS?(packet: Packet, done: () => void): void;
}

/** All that the broker keeps of one client between its connections. */
export interface Session {
  readonly clientId: string;
  /** Its number in the journal; `undefined` for one that ends with the connection. */
  readonly number: number | undefined;
  readonly subscriptions: Map<string, Subscription>;
  readonly queue: SessionQueue;
  readonly drain: QueueDrain;
  /** QoS 2 messages of the client that wait for its PUBREL, by packet identifier. */
  readonly incoming: Map<number, Packet>;
  /** The connection that owns it. */
  client: ClientReference | undefined;
  /**
   * Messages of the queue up to this sequence may have been sent by a run that was killed, which
   * does not write down what it sends with QoS 1.
   */
  sentUpTo: number;
  /** The name of the user it belongs to; `undefined` before anybody said so. */
  owner: string | undefined;
  expirySeconds: number;
  /** Since when nobody has been connected, in milliseconds since 1970. */
  disconnectedAtMs: number;
}

/** A session without anything in it. */
export function createSession(fields: {
  readonly clientId: string;
  readonly number: number | undefined;
  readonly expirySeconds: number;
  readonly disconnectedAtMs: number;
  readonly owner: string | undefined;
}): Session {
  const queue = new SessionQueue();
  return {
    ...fields,
    subscriptions: new Map(),
    queue,
    drain: createQueueDrain(queue),
    incoming: new Map(),
    client: undefined,
    sentUpTo: 0,
  };
}

/** Whether a session's time is over; never while its client is there. */
export function hasEnded(session: Session, nowMs: number): boolean {
  if (session.client !== undefined) return false;
  return session.disconnectedAtMs + session.expirySeconds * 1000 <= nowMs;
}
