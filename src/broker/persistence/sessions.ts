import { createAbsentSessions } from "./absent-sessions.js";
import type { Journal } from "./journal.js";
import type { PersistenceLimits } from "./limits.js";
import type { PolicyCounters } from "./policy-counters.js";
import { sessionKey } from "./record-keys.js";
import { createSession, hasEnded, type ClientReference, type Session } from "./session.js";
import type { SubscriptionIndex } from "./subscription-index.js";
import { encodeSession, type SessionRecord } from "./session-codec.js";

/** The sessions of all clients. */
export interface Sessions {
  get(clientId: string): Session | undefined;
  /** The session of a client, begun when there is none. */
  obtain(client: ClientReference): Session;
  /** A client was accepted: the session becomes its own. */
  connected(client: ClientReference): void;
  disconnected(client: ClientReference): void;
  /** Takes down whose session it is. */
  own(clientId: string, owner: string): void;
  /** Ends a session with all that is in it. @returns whether there was one on the disk */
  end(clientId: string): boolean;
  /** Writes down when clients left whose connections ended with the former run: at its end. */
  noteInterrupted(): void;
  /** Puts back a session of the former run; its time runs on. */
  restore(number: number, record: SessionRecord): Session;
  /** Numbers up to this one have been used by former runs. */
  reserveNumbers(highest: number): void;
  /** Ends the sessions whose time is over, and those that are too many. */
  sweep(nowMs: number): void;
  values(): Iterable<Session>;
  count(): number;
}

export interface SessionsOptions {
  readonly journal: Journal;
  readonly limits: PersistenceLimits;
  readonly index: SubscriptionIndex;
  readonly counters: PolicyCounters;
  /** A session has ended, its messages are no longer queued. */
  readonly onEnd: (session: Session) => void;
  readonly now: () => number;
}

/**
 * Creates the register of sessions.
 *
 * Each session has a number of its own in the journal, so that nothing of an ended session can come
 * to a later one with the same client id.
 */
export function createSessions(options: SessionsOptions): Sessions {
  const { journal, limits, index, counters, onEnd, now } = options;
  const sessions = new Map<string, Session>();
  const absent = createAbsentSessions(limits);
  const interrupted: string[] = [];
  let nextNumber = 1;
  /** Those that outlive their connection. */
  let keptCount = 0;

  const begin = (client: ClientReference): Session => {
    const isKept = client.clean !== true;
    const session = createSession({
      clientId: client.id,
      number: isKept ? nextNumber : undefined,
      expirySeconds: expiryOf(client, limits),
      disconnectedAtMs: now(),
      owner: undefined,
    });
    sessions.set(client.id, session);
    if (isKept) {
      nextNumber += 1;
      keptCount += 1;
      write(session, "create");
    } else session.client = client;
    return session;
  };

  /** Its client is away, so that it counts against the limits. */
  const leave = (session: Session): Session => {
    if (session.number === undefined || session.client !== undefined) return session;
    absent.add(session);
    dropSurplus();
    return session;
  };

  const dropSurplus = (): void => {
    for (let session = absent.surplus(); session !== undefined; session = absent.surplus()) {
      end(session.clientId);
      counters.count("sessions_dropped", session.clientId, session.owner);
    }
  };

  const write = (session: Session, how: "create" | "acknowledged" | "lazy"): void => {
    const { number } = session;
    if (number === undefined) return;
    if (how === "create") journal.create(sessionKey(number), () => encodeSession(session));
    else journal.put(sessionKey(number), () => encodeSession(session), how);
  };

  const end = (clientId: string): boolean => {
    const session = sessions.get(clientId);
    if (session === undefined) return false;
    sessions.delete(clientId);
    absent.remove(session);
    for (const { topic, qos } of session.subscriptions.values()) {
      if (qos > 0) index.remove(clientId, topic);
    }
    session.drain.end();
    onEnd(session);
    // The records of what was in it have no session any more, and are not read.
    if (session.number === undefined) return false;
    keptCount -= 1;
    journal.delete(sessionKey(session.number), "acknowledged");
    return true;
  };

  return {
    get: (clientId) => sessions.get(clientId),
    obtain: (client) => sessions.get(client.id) ?? leave(begin(client)),
    connected(client) {
      if (client.clean === true) {
        end(client.id);
        return;
      }
      const session = sessions.get(client.id) ?? begin(client);
      absent.remove(session);
      session.client = client;
      session.expirySeconds = expiryOf(client, limits);
      write(session, "acknowledged");
    },
    disconnected(client) {
      const session = sessions.get(client.id);
      // After a take-over the session is another connection's.
      if (session === undefined || session.client !== client) return;
      session.client = undefined;
      session.drain.end();
      if (client.clean === true) {
        end(client.id);
        return;
      }
      session.expirySeconds = expiryOf(client, limits);
      session.disconnectedAtMs = now();
      write(session, "lazy");
      // One that ends with its connection must not push out others, nor end before a take-over.
      if (session.expirySeconds > 0) leave(session);
    },
    own(clientId, owner) {
      const session = sessions.get(clientId);
      if (session === undefined || session.owner === owner) return;
      absent.remove(session);
      session.owner = owner;
      leave(session);
      write(session, "lazy");
    },
    end,
    restore(number, { clientId, expirySeconds, disconnectedAtMs, owner, sentUpTo }) {
      const session = createSession({
        clientId,
        number,
        expirySeconds: Math.min(expirySeconds, limits.sessionExpirySeconds),
        disconnectedAtMs: disconnectedAtMs ?? now(),
        owner,
      });
      session.sentUpTo = sentUpTo ?? 0;
      sessions.set(clientId, session);
      // What is too much now ends with the first sweep, which the journal takes down.
      absent.add(session);
      keptCount += 1;
      if (disconnectedAtMs === undefined) interrupted.push(clientId);
      return session;
    },
    noteInterrupted() {
      for (const clientId of interrupted.splice(0)) {
        const session = sessions.get(clientId);
        if (session !== undefined) write(session, "lazy");
      }
    },
    reserveNumbers(highest) {
      nextNumber = Math.max(nextNumber, highest + 1);
    },
    sweep(nowMs) {
      for (const session of sessions.values()) {
        if (!hasEnded(session, nowMs)) continue;
        end(session.clientId);
        counters.count("sessions_expired", session.clientId);
      }
      dropSurplus();
    },
    values: () => sessions.values(),
    count: () => keptCount,
  };
}

/** MQTT 3.1.1 sessions know no end, and MQTT 5 ones may ask for none: both get the longest time. */
function expiryOf({ sessionExpiryInterval }: ClientReference, limits: PersistenceLimits): number {
  return Math.min(sessionExpiryInterval ?? Number.POSITIVE_INFINITY, limits.sessionExpirySeconds);
}
