/** Says for each client whether it may ask once more now. */
export interface RateLimit {
  admits(client: string): boolean;
}

interface Bucket {
  tokens: number;
  updatedMs: number;
}

/** More clients than a home has; beyond it the one that was quiet longest is forgotten. */
const maxClients = 4096;

/**
 * Creates a token bucket for each client: `perSecond` requests a second on average, as many in a
 * burst. 0 admits everything.
 *
 * @param now the time in milliseconds, monotonic
 */
export function createRateLimit(
  perSecond: number,
  now: () => number = () => performance.now(),
): RateLimit {
  if (perSecond === 0) return { admits: () => true };
  const buckets = new Map<string, Bucket>();
  return {
    admits(client) {
      const nowMs = now();
      const bucket = buckets.get(client) ?? { tokens: perSecond, updatedMs: nowMs };
      const earned = ((nowMs - bucket.updatedMs) / 1000) * perSecond;
      bucket.tokens = Math.min(perSecond, bucket.tokens + earned);
      bucket.updatedMs = nowMs;
      // Deleted and set again, so that the map's order is from the quietest to the latest.
      buckets.delete(client);
      buckets.set(client, bucket);
      if (buckets.size > maxClients) forgetQuietest(buckets);
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
  };
}

function forgetQuietest(buckets: Map<string, Bucket>): void {
  for (const client of buckets.keys()) {
    buckets.delete(client);
    return;
  }
}
