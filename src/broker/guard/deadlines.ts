import type { GuardLimits } from "./limits.js";
import { malformed, reasonCodes, type Violation } from "./violation.js";

/** How long a connection has been in the state it is in. */
export interface Waiting {
  readonly state: "silent" | "authenticating" | "open" | "closed";
  readonly sinceAcceptMs: number;
  /** Since an unfinished packet began, and its whole size; `undefined` when there is none. */
  readonly partial: { readonly sinceMs: number; readonly size: number } | undefined;
}

/** Time for authentication; a broken one must not hold a place for ever. */
const authenticationMs = 30_000;
const partialBytesPerMs = 8;

const noConnect: Violation = {
  reason: "no CONNECT in time [MQTT-3.1.0-1]",
  code: reasonCodes.protocolError,
};
const noDecision: Violation = {
  reason: "authentication took too long",
  code: reasonCodes.serverBusy,
};
const noEnd = malformed("a packet that does not end");

/** What a connection has run out of time with, if it has. */
export function findOverdue(
  { state, sinceAcceptMs, partial }: Waiting,
  limits: Pick<GuardLimits, "connectMs" | "packetMs">,
): Violation | undefined {
  if (state === "silent") return sinceAcceptMs > limits.connectMs ? noConnect : undefined;
  if (state === "authenticating") {
    return sinceAcceptMs > limits.connectMs + authenticationMs ? noDecision : undefined;
  }
  if (partial === undefined) return undefined;
  const allowedMs = limits.packetMs + partial.size / partialBytesPerMs;
  return partial.sinceMs > allowedMs ? noEnd : undefined;
}
