/** A rate with a burst: it fills evenly and may be overdrawn, which is to be waited for. */
export interface TokenBucket {
  /** Takes so many and returns how long to wait before the next, in milliseconds; 0 is not at all. */
  take(count: number, nowMs: number): number;
}

/** @param options `perSecond` tokens come in a second, `burst` is the most that are kept */
export function createTokenBucket(options: {
  readonly perSecond: number;
  readonly burst: number;
}): TokenBucket {
  const { perSecond, burst } = options;
  let tokens = burst;
  let lastMs = 0;
  return {
    take(count, nowMs) {
      if (lastMs > 0) tokens = Math.min(burst, tokens + ((nowMs - lastMs) / 1000) * perSecond);
      lastMs = nowMs;
      tokens -= count;
      return tokens >= 0 ? 0 : (-tokens / perSecond) * 1000;
    },
  };
}
