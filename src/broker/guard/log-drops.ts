import type { Log } from "../../lifecycle.js";
import { createLogThrottle, type LogThrottle } from "../../log-throttle.js";
import { loggable } from "../loggable.js";
import type { GuardCounters } from "./counters.js";

/** So many characters of what a client did wrong get into the log. */
const maxReasonCharacters = 200;

/** Why a client was dropped: the counter of it, or one of two reasons that are not counted. */
export type DropKind =
  | keyof Pick<
      GuardCounters,
      "connections_refused" | "dropped_malformed" | "dropped_silent" | "dropped_slow"
    >
  | "user_changed"
  | "broker";

export interface DroppedClient {
  readonly kind: DropKind;
  readonly clientId: string | undefined;
  readonly address?: string | undefined;
  readonly reason: string;
}

/**
 * Any program can connect in a loop, and call itself what it likes: one clean line in a while for each
 * kind, so that a stranger who is dropped over and over cannot hide whom else it happens to.
 */
export function createDropLog(log: Log, message: string): (dropped: DroppedClient) => void {
  const throttles = new Map<DropKind, LogThrottle>();
  return ({ kind, clientId, address, reason }) => {
    const throttle = throttles.get(kind) ?? createLogThrottle();
    throttles.set(kind, throttle);
    throttle.run((heldBack) => {
      const client = clientId === undefined ? undefined : loggable(clientId);
      const details = { client, address, reason: loggable(reason, maxReasonCharacters), heldBack };
      log.warn(details, message);
    });
  };
}
