import type { PersistenceLimits } from "./limits.js";
import type { Session } from "./session.js";

/** The kept sessions whose clients are away: what strangers can pile up. */
export interface AbsentSessions {
  /** Its client has left, later than those of all others here. */
  add(session: Session): void;
  remove(session: Session): void;
  /** The session that has to end, as there are too many; `undefined` when there are not. */
  surplus(): Session | undefined;
}

/**
 * Creates the list of absent sessions, by owner.
 *
 * Who has too many loses its own: one user's clients never end the session of another user who has
 * fewer. Clients without a user are one owner, and there only the limit of all counts: as long as
 * there are no users, that owner is everybody.
 */
export function createAbsentSessions(limits: PersistenceLimits): AbsentSessions {
  /** Of each owner in the order in which the clients left. */
  const byOwner = new Map<string, Set<Session>>();
  let count = 0;
  return {
    add(session) {
      const owner = session.owner ?? "";
      const own = byOwner.get(owner) ?? new Set<Session>();
      byOwner.set(owner, own);
      own.add(session);
      count += 1;
    },
    remove(session) {
      const owner = session.owner ?? "";
      const own = byOwner.get(owner);
      if (own?.delete(session) !== true) return;
      count -= 1;
      if (own.size === 0) byOwner.delete(owner);
    },
    surplus() {
      const crowd = findCrowd(byOwner, limits) ?? (count > limits.sessions ? largest(byOwner) : []);
      const [longestAway] = crowd;
      return longestAway;
    },
  };
}

type ByOwner = ReadonlyMap<string, ReadonlySet<Session>>;

function findCrowd(byOwner: ByOwner, limits: PersistenceLimits): Iterable<Session> | undefined {
  for (const [owner, own] of byOwner)
    if (owner !== "" && own.size > limits.sessionsOfOwner) return own;
  return undefined;
}

function largest(byOwner: ByOwner): Iterable<Session> {
  let most: ReadonlySet<Session> = new Set();
  for (const own of byOwner.values()) if (own.size > most.size) most = own;
  return most;
}
