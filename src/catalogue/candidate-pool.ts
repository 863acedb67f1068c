/** The nearest points that a search has come by, the nearest first, and which had their turn. */
export interface CandidatePool {
  /** The most that it has room for. */
  readonly capacity: number;
  size(): number;
  pointAt(place: number): number;
  distanceAt(place: number): number;
  /** Empties it for another search that keeps `kept` points, at most `capacity`. */
  clear(kept: number): void;
  /** Keeps the point if it is among the nearest. */
  offer(point: number, distance: number): void;
  /** The nearest point that has not had its turn, which it has from now on; -1 when none is left. */
  next(): number;
}

/**
 * Creates an empty pool: one sorted list in place of the two heaps of the textbook. With 32 to 64
 * points plain insertion is the quickest.
 */
export function createCandidatePool(capacity: number): CandidatePool {
  const points = new Int32Array(capacity);
  const distances = new Float64Array(capacity);
  const hadTurn = new Uint8Array(capacity);
  let kept = capacity;
  let size = 0;
  /** All before this place had their turn. */
  let turn = 0;
  return {
    capacity,
    size: () => size,
    pointAt: (place) => points[place] ?? 0,
    distanceAt: (place) => distances[place] ?? 0,
    clear(keep) {
      kept = keep;
      size = 0;
      turn = 0;
    },
    offer(point, distance) {
      if (size === kept && distance >= (distances[size - 1] ?? 0)) return;
      let place = size < kept ? size : kept - 1;
      while (place > 0 && (distances[place - 1] ?? 0) > distance) {
        distances[place] = distances[place - 1] ?? 0;
        points[place] = points[place - 1] ?? 0;
        hadTurn[place] = hadTurn[place - 1] ?? 0;
        place -= 1;
      }
      distances[place] = distance;
      points[place] = point;
      hadTurn[place] = 0;
      if (size < kept) size += 1;
      if (place < turn) turn = place;
    },
    next() {
      while (turn < size && hadTurn[turn] === 1) turn += 1;
      if (turn >= size) return -1;
      hadTurn[turn] = 1;
      return points[turn] ?? -1;
    },
  };
}
