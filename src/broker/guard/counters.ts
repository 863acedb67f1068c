/** What happened at the door and behind it, counted since the start; `clients` is the present. */
export interface GuardCounters {
  clients: number;
  connections: number;
  connections_refused: number;
  auth_failures: number;
  dropped_malformed: number;
  dropped_silent: number;
  dropped_slow: number;
  slowed_down: number;
  /** Messages not sent to a client because it takes none so large. */
  messages_too_large: number;
  publishes_denied: number;
  subscriptions_denied: number;
}

/** Everything at zero. */
export function createCounters(): GuardCounters {
  return {
    clients: 0,
    connections: 0,
    connections_refused: 0,
    auth_failures: 0,
    dropped_malformed: 0,
    dropped_silent: 0,
    dropped_slow: 0,
    slowed_down: 0,
    messages_too_large: 0,
    publishes_denied: 0,
    subscriptions_denied: 0,
  };
}
