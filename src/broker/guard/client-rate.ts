import type { GuardLimits } from "./limits.js";
import { createTokenBucket } from "./token-bucket.js";

/** How much one client may send: messages and bytes, each with a second's worth at once. */
export interface ClientRate {
  /** Counts what came; returns how long not to read from the client, in milliseconds. */
  take(amount: { readonly publishes: number; readonly bytes: number }, nowMs: number): number;
}

export function createClientRate(
  limits: Pick<GuardLimits, "publishesPerSecond" | "bytesPerSecond">,
): ClientRate {
  const messages = createTokenBucket({
    perSecond: limits.publishesPerSecond,
    burst: limits.publishesPerSecond,
  });
  const volume = createTokenBucket({
    perSecond: limits.bytesPerSecond,
    burst: limits.bytesPerSecond,
  });
  return {
    take: ({ publishes, bytes }, nowMs) =>
      Math.max(messages.take(publishes, nowMs), volume.take(bytes, nowMs)),
  };
}
