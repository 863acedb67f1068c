/** The first and the longest wait before another try, in milliseconds. */
export interface Backoff {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * The wait after `failures` failures in a row: doubling, up to the longest, ± 25 % of jitter so that
 * several nodes on one hub do not try in step.
 *
 * @param failures 1 or more
 * @param random uniform in [0, 1)
 */
export function backoffMs(backoff: Backoff, failures: number, random: () => number): number {
  const doubled = backoff.firstMs * 2 ** Math.min(failures - 1, 30);
  return Math.round(Math.min(doubled, backoff.longestMs) * (0.75 + random() / 2));
}
