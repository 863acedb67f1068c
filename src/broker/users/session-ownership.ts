import type { Identity } from "../parts.js";

/** Whose sessions are not to be kept for their owner against another user. */
export interface SessionOwnership {
  /**
   * Whether a user may have a client id under which another one is connected or has a session. What
   * the other one left there is ended then, never handed over.
   *
   * @param owner the name of the user whose it is
   */
  mayTakeOver(identity: Identity, owner: string): boolean;
}
