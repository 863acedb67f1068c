/** Counts of answered queries, and how long the latest took. */
export interface QueryStatistics {
  /** @param tookMs from the message's arrival to the finished reply */
  countOk(tookMs: number): void;
  countError(code: string): void;
  /** Flat numbers for `health`. */
  read(): Readonly<Record<string, number>>;
}

/** Percentiles are of so many of the latest good queries. */
const windowSize = 1024;

export function createQueryStatistics(): QueryStatistics {
  const latest = new Float64Array(windowSize);
  let ok = 0;
  let errors = 0;
  let notFound = 0;
  let rateLimited = 0;
  return {
    countOk(tookMs) {
      latest[ok % windowSize] = tookMs;
      ok += 1;
    },
    countError(code) {
      errors += 1;
      if (code === "not_found") notFound += 1;
      if (code === "rate_limited") rateLimited += 1;
    },
    read() {
      const sorted = latest.slice(0, Math.min(ok, windowSize)).sort();
      return {
        queries: ok + errors,
        errors,
        not_found: notFound,
        rate_limited: rateLimited,
        p50_ms: percentile(sorted, 0.5),
        p99_ms: percentile(sorted, 0.99),
      };
    },
  };
}

function percentile(sorted: Float64Array, share: number): number {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return Math.round(value * 1000) / 1000;
}
