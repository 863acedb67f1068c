import { messageOf } from "../../errors.js";
import type { Log } from "../../lifecycle.js";
import { decodePacket } from "./packet-codec.js";
import { parseKey, type RecordKey } from "./record-keys.js";
import { decodeSession, decodeSubscription, type SessionRecord } from "./session-codec.js";
import type { Session } from "./session.js";
import type { State } from "./state.js";

interface RestoredSession {
  readonly session: Session;
  /** The process ended before the client's connection: any message may have been sent already. */
  readonly wasConnected: boolean;
}

/**
 * Fills an empty state with the records of the former run.
 *
 * What belongs to an ended session is left out, and so is what cannot be read, with one warning.
 */
export function restoreState(state: State, records: ReadonlyMap<string, Buffer>, log: Log): void {
  const byKind = new Map<RecordKey["kind"], StoredRecord[]>();
  let highest = 0;
  for (const [name, value] of records) {
    const key = parseKey(name);
    if (key === undefined) continue;
    highest = Math.max(highest, key.session);
    const ofKind = byKind.get(key.kind) ?? [];
    byKind.set(key.kind, ofKind);
    ofKind.push({ key, value });
  }
  state.sessions.reserveNumbers(highest);

  const problems: string[] = [];
  const forEach = (kind: RecordKey["kind"], restore: (record: StoredRecord) => void): void => {
    for (const record of byKind.get(kind) ?? []) {
      try {
        restore(record);
      } catch (error) {
        problems.push(messageOf(error));
      }
    }
  };

  const found: { readonly number: number; readonly record: SessionRecord }[] = [];
  forEach("session", ({ key, value }) => {
    found.push({ number: key.session, record: decodeSession(value) });
  });
  const sessions = restoreSessions(state, found);
  forEach("subscription", ({ key, value }) => {
    const owner = sessions.get(key.session)?.session;
    if (owner !== undefined) restoreSubscription(state, owner, value);
  });
  byKind.get("queued")?.sort((one, other) => one.key.id - other.key.id);
  forEach("queued", ({ key, value }) => {
    const owner = sessions.get(key.session);
    if (owner !== undefined) restoreQueued(state, owner, { key, value });
  });
  forEach("incoming", ({ key, value }) => {
    const owner = sessions.get(key.session)?.session;
    if (owner !== undefined) state.incoming.restore(owner, key.id, decodePacket(value));
  });
  forEach("retained", ({ value }) => {
    state.retained.restore(decodePacket(value));
  });
  forEach("will", ({ key, value }) => {
    state.wills.restore({ ...decodePacket(value), clientId: key.name });
  });
  if (problems.length === 0) return;
  const details = { records: problems.length, reason: problems[0] };
  log.warn(details, "some of the broker's stored state is not readable; it is left out");
}

interface StoredRecord {
  readonly key: RecordKey;
  readonly value: Buffer;
}

/** Those whose clients left first come first, as when they left. */
function restoreSessions(
  state: State,
  found: readonly { readonly number: number; readonly record: SessionRecord }[],
): ReadonlyMap<number, RestoredSession> {
  const leftAt = (record: SessionRecord): number => record.disconnectedAtMs ?? Number.MAX_VALUE;
  const ordered = found.toSorted((one, other) => leftAt(one.record) - leftAt(other.record));
  return new Map(
    ordered.map(({ number, record }) => {
      const session = state.sessions.restore(number, record);
      return [number, { session, wasConnected: record.disconnectedAtMs === undefined }];
    }),
  );
}

function restoreSubscription(state: State, session: Session, value: Buffer): void {
  const subscription = decodeSubscription(value);
  session.subscriptions.set(subscription.topic, subscription);
  if (subscription.qos > 0) state.index.add(session.clientId, subscription);
}

function restoreQueued(
  state: State,
  { session, wasConnected }: RestoredSession,
  { key, value }: StoredRecord,
): void {
  const packet = decodePacket(value);
  const { cmd, messageId } = packet;
  if (cmd !== "pubrel") {
    if (wasConnected) session.sentUpTo = Math.max(session.sentUpTo, key.id);
    const dup = packet.dup === true || key.id <= session.sentUpTo;
    state.outgoing.restore(session, key.id, { ...packet, dup });
  } else if (messageId !== undefined)
    state.outgoing.restore(session, key.id, { cmd: "pubrel", messageId });
}
