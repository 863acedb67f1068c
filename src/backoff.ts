/** Growing waiting times between attempts, in milliseconds. */
export interface Backoff {
  /** The next wait: doubles from attempt to attempt up to the limit, each cut by up to half at random. */
  next(): number;
  /** Begins again with the shortest wait; call it after healthy time only. */
  reset(): void;
}

/**
 * Exponential backoff with jitter, so that many nodes do not come back at the same moment.
 *
 * @param options `firstMs` and `maxMs` bound the waits; `random` gives 0 to 1, for tests
 */
export function createBackoff(options: {
  readonly firstMs: number;
  readonly maxMs: number;
  readonly random?: () => number;
}): Backoff {
  const random = options.random ?? Math.random;
  let attempts = 0;
  return {
    next() {
      const ceiling = Math.min(options.maxMs, options.firstMs * 2 ** attempts);
      attempts = Math.min(attempts + 1, 30);
      return Math.round(ceiling * (1 - random() / 2));
    },
    reset() {
      attempts = 0;
    },
  };
}
