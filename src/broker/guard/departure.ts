/** The end of a client as the broker sees it, which is later than that of its connection. */
export interface Departure {
  /** The broker has let go of the client. */
  left(): void;
  /** Resolves then, and after a second at the latest. */
  untilLeft(): Promise<void>;
}

/** What a client sent last may be much, and wait for the disk; its successor does not wait so long. */
const patienceMs = 1000;

/** Creates it for a client that is there. */
export function createDeparture(): Departure {
  // Most clients have nobody who waits for them.
  let waiting: (() => void)[] = [];
  return {
    left() {
      for (const wake of waiting) wake();
      waiting = [];
    },
    untilLeft: () =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, patienceMs);
        waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      }),
  };
}
