/** A running quantile of the last levels: what the room sounds like when nothing happens. */
export interface NoiseFloor {
  /** The floor in dBFS; `undefined` until the first level. */
  readonly levelDb: number | undefined;
  add(levelDb: number): void;
  /** Forgets all but the last `count` levels. */
  keepLast(count: number): void;
  clear(): void;
}

/**
 * Keeps the last `capacity` levels in the order of arrival and, beside it, sorted.
 *
 * The quantile is exact, one level costs two short memory moves, and nothing is allocated.
 *
 * @param quantile 0 is the quietest level, 0.5 the median
 */
export function createNoiseFloor(capacity: number, quantile: number): NoiseFloor {
  const recent = new Float64Array(capacity);
  const sorted = new Float64Array(capacity);
  let next = 0;
  let count = 0;

  function remove(level: number): void {
    const at = lowerBound(sorted, count, level);
    sorted.copyWithin(at, at + 1, count);
    count -= 1;
  }

  function insert(level: number): void {
    const at = lowerBound(sorted, count, level);
    sorted.copyWithin(at + 1, at, count);
    sorted[at] = level;
    count += 1;
  }

  return {
    get levelDb() {
      return count === 0 ? undefined : sorted[Math.floor(quantile * (count - 1))];
    },
    add(levelDb) {
      if (count === capacity) remove(recent[next] ?? 0);
      insert(levelDb);
      recent[next] = levelDb;
      next = (next + 1) % capacity;
    },
    keepLast(wanted) {
      while (count > wanted) remove(recent[(next - count + capacity) % capacity] ?? 0);
    },
    clear() {
      next = 0;
      count = 0;
    },
  };
}

/** The index of the first of `count` sorted values that is not below `value`. */
function lowerBound(sorted: Float64Array, count: number, value: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
