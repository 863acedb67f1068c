/** What a record of the journal is about; the first letter of its key. */
export type RecordKind = "session" | "subscription" | "queued" | "incoming" | "retained" | "will";

/** A record's key, taken apart. `session` and `id` are 0 where the kind has none. */
export interface RecordKey {
  readonly kind: RecordKind;
  /** The number of the session, never used for another one. */
  readonly session: number;
  /** The place in the queue, or the packet identifier. */
  readonly id: number;
  /** The topic filter, the topic, or the client id. */
  readonly name: string;
}

const kinds: ReadonlyMap<string, RecordKind> = new Map([
  ["s", "session"],
  ["t", "subscription"],
  ["q", "queued"],
  ["i", "incoming"],
  ["r", "retained"],
  ["w", "will"],
]);

export const sessionKey = (session: number): string => `s${session}`;
export const subscriptionKey = (session: number, filter: string): string => `t${session}:${filter}`;
export const queuedKey = (session: number, sequence: number): string => `q${session}:${sequence}`;
export const incomingKey = (session: number, packetId: number): string => `i${session}:${packetId}`;
export const retainedKey = (topic: string): string => `r${topic}`;
export const willKey = (clientId: string): string => `w${clientId}`;

/** @returns `undefined` for a key that is none of these */
export function parseKey(key: string): RecordKey | undefined {
  const kind = kinds.get(key.charAt(0));
  const rest = key.slice(1);
  if (kind === undefined) return undefined;
  if (kind === "retained" || kind === "will") return { kind, session: 0, id: 0, name: rest };
  const colon = rest.indexOf(":");
  const session = Number(colon === -1 ? rest : rest.slice(0, colon));
  const name = colon === -1 ? "" : rest.slice(colon + 1);
  const id = kind === "queued" || kind === "incoming" ? Number(name) : 0;
  return Number.isSafeInteger(session) && Number.isSafeInteger(id)
    ? { kind, session, id, name }
    : undefined;
}
