/** Lets the first of many equal log lines through and counts the rest. */
export interface LogThrottle {
  /**
   * Calls `write` at most once a period.
   *
   * @param write gets the number of calls that were held back since the last one
   */
  run(write: (heldBack: number) => void): void;
}

const defaultPeriodMs = 10_000;

/** A stranger who floods the node must not flood its log: one line in ten seconds. */
export function createLogThrottle(
  periodMs: number = defaultPeriodMs,
  now: () => number = () => performance.now(),
): LogThrottle {
  let lastMs = Number.NEGATIVE_INFINITY;
  let heldBack = 0;
  return {
    run(write) {
      if (now() - lastMs < periodMs) {
        heldBack += 1;
        return;
      }
      lastMs = now();
      write(heldBack);
      heldBack = 0;
    },
  };
}
