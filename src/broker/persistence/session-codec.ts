import { z } from "zod";
import type { Session } from "./session.js";
import type { Subscription } from "./subscription-index.js";

const sessionSchema = z.object({
  clientId: z.string(),
  expirySeconds: z.number(),
  /** Absent while the client is connected: the process ended before the connection. */
  disconnectedAtMs: z.number().optional(),
  owner: z.string().optional(),
  sentUpTo: z.number().optional(),
});

/** What the journal knows of a session itself. */
export type SessionRecord = z.infer<typeof sessionSchema>;

const subscriptionSchema = z.object({
  topic: z.string(),
  qos: z.number().int().min(0).max(2),
  rh: z.number().optional(),
  rap: z.boolean().optional(),
  nl: z.boolean().optional(),
  subscriptionIdentifier: z.number().optional(),
});

export function encodeSession(session: Session): Buffer {
  const record: SessionRecord = {
    clientId: session.clientId,
    expirySeconds: session.expirySeconds,
    disconnectedAtMs: session.client === undefined ? session.disconnectedAtMs : undefined,
    owner: session.owner,
    sentUpTo: session.sentUpTo,
  };
  return Buffer.from(JSON.stringify(record));
}

/** @throws Error when the bytes are not a session's */
export function decodeSession(bytes: Buffer): SessionRecord {
  return sessionSchema.parse(JSON.parse(bytes.toString("utf8")));
}

export function encodeSubscription(subscription: Subscription): Buffer {
  return Buffer.from(JSON.stringify(subscription));
}

/** @throws Error when the bytes are not a subscription's */
export function decodeSubscription(bytes: Buffer): Subscription {
  return subscriptionSchema.parse(JSON.parse(bytes.toString("utf8")));
}
