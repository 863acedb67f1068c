import type { Log } from "../../lifecycle.js";
import type { Change } from "./frames.js";
import { createIncoming, type Incoming } from "./incoming.js";
import type { Journal } from "./journal.js";
import type { PersistenceLimits } from "./limits.js";
import { createOutgoing, encodeQueued, type Outgoing } from "./outgoing.js";
import { encodePacket } from "./packet-codec.js";
import { createPolicyCounters } from "./policy-counters.js";
import * as keys from "./record-keys.js";
import { createRetained, type Retained } from "./retained.js";
import { encodeSession, encodeSubscription } from "./session-codec.js";
import type { Session } from "./session.js";
import { createSessions, type Sessions } from "./sessions.js";
import { createSubscriptionIndex, type SubscriptionIndex } from "./subscription-index.js";
import { createWills, type Wills } from "./wills.js";

/** Everything the broker remembers, in memory; each change of it is told to the journal. */
export interface State {
  readonly sessions: Sessions;
  readonly index: SubscriptionIndex;
  readonly outgoing: Outgoing;
  readonly incoming: Incoming;
  readonly retained: Retained;
  readonly wills: Wills;
  readonly journal: Journal;
  /** Drops whatever has expired. */
  sweep(): void;
  counters(): Readonly<Record<string, number>>;
}

export interface StateOptions {
  readonly journal: Journal;
  readonly limits: PersistenceLimits;
  readonly log: Log;
  /** Milliseconds since 1970: expiry goes by the wall clock, as it goes on while the node is off. */
  readonly now: () => number;
  readonly onSessionEnd: (clientId: string) => void;
}

/** Puts the parts of the state together; it is empty at first. */
export function createState(options: StateOptions): State {
  const { journal, limits, log, now } = options;
  const counters = createPolicyCounters(log);
  const index = createSubscriptionIndex();
  const outgoing = createOutgoing({ journal, limits, counters });
  const retained = createRetained({ journal, limits, counters, now });
  const onEnd = (session: Session): void => {
    outgoing.sessionEnded(session);
    options.onSessionEnd(session.clientId);
  };
  const sessions = createSessions({ journal, limits, index, counters, onEnd, now });
  return {
    sessions,
    index,
    outgoing,
    incoming: createIncoming(journal, limits),
    retained,
    wills: createWills(journal),
    journal,
    sweep() {
      const nowMs = now();
      sessions.sweep(nowMs);
      outgoing.sweep(sessions.values(), nowMs);
      retained.sweep(nowMs);
    },
    counters: () => ({
      ...counters.values(),
      sessions: sessions.count(),
      queued: outgoing.count(),
      queued_bytes: outgoing.bytes(),
      retained: retained.count(),
      retained_bytes: retained.bytes(),
    }),
  };
}

/** All records as they are now, for a file that is written anew. */
export function* snapshotOf({ sessions, retained, wills }: State): Iterable<Change> {
  for (const session of sessions.values()) yield* snapshotOfSession(session);
  for (const message of retained.values())
    yield { key: keys.retainedKey(message.topic), value: encodePacket(message) };
  for (const will of wills.values())
    yield { key: keys.willKey(will.clientId), value: encodePacket(will) };
}

function* snapshotOfSession(session: Session): Iterable<Change> {
  const { number } = session;
  if (number === undefined) return;
  yield { key: keys.sessionKey(number), value: encodeSession(session) };
  for (const subscription of session.subscriptions.values())
    yield {
      key: keys.subscriptionKey(number, subscription.topic),
      value: encodeSubscription(subscription),
    };
  for (const { sequence, packet } of session.queue.values())
    yield { key: keys.queuedKey(number, sequence), value: encodeQueued(packet) };
  for (const [packetId, packet] of session.incoming)
    yield { key: keys.incomingKey(number, packetId), value: encodePacket(packet) };
}
