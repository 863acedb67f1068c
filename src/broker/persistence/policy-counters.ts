import type { Log } from "../../lifecycle.js";
import { createLogThrottle, type LogThrottle } from "../../log-throttle.js";
import { loggable } from "../loggable.js";

/** What a limit did; the names are those of the broker's counters. */
const messages = {
  messages_dropped_queue: "message dropped: the queue of an absent or slow client is full",
  retained_refused:
    "message not retained: there are too many in all or of its user, or they are too large",
  sessions_dropped: "session dropped: its user has too many, or most of too many",
  sessions_expired: "session ended: its client did not come back in time",
} as const;

export type PolicyCounter = keyof typeof messages;

/** Counts what the limits did, and says so in the log now and then. */
export interface PolicyCounters {
  /**
   * @param about the client id or the topic, as a stranger chose it
   * @param owner the user whose share it was; `undefined` or empty: there is none
   */
  count(counter: PolicyCounter, about: string, owner?: string): void;
  values(): Readonly<Record<PolicyCounter, number>>;
}

/** At most one line in ten seconds for each counter: strangers can make them run. */
export function createPolicyCounters(log: Log): PolicyCounters {
  const values = {
    messages_dropped_queue: 0,
    retained_refused: 0,
    sessions_dropped: 0,
    sessions_expired: 0,
  };
  const throttles = new Map<PolicyCounter, LogThrottle>();
  return {
    count(counter, about, owner = "") {
      values[counter] += 1;
      const throttle = throttles.get(counter) ?? createLogThrottle();
      throttles.set(counter, throttle);
      throttle.run((heldBack) => {
        const user = owner === "" ? {} : { user: loggable(owner) };
        const details = { about: loggable(about), ...user, heldBack };
        if (counter === "sessions_expired") log.info(details, messages[counter]);
        else log.warn(details, messages[counter]);
      });
    },
    values: () => values,
  };
}
