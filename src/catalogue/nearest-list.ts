/** A song near to another one. */
export interface Neighbour {
  readonly ordinal: number;
  /** In robust standard deviations. */
  readonly distance: number;
}

/** Orders by distance, then by ordinal, so that ties fall the same way every time. */
export function compareNeighbours(a: Neighbour, b: Neighbour): number {
  return a.distance - b.distance || a.ordinal - b.ordinal;
}

/** Keeps the nearest of the songs offered. */
export interface NearestList {
  /** Offer ascending ordinals: of songs equally far, the first offered stays. */
  readonly offer: (ordinal: number, distance: number) => void;
  /** The nearest songs, the nearest first. */
  neighbours(): readonly Neighbour[];
}

/**
 * A sorted list of at most `count` songs. Among n songs in no order, only about
 * count × ln(n / count) offers change it, so that plain insertion beats a heap.
 */
export function createNearestList(count: number): NearestList {
  const ordinals = new Int32Array(count);
  const distances = new Float64Array(count).fill(Infinity);
  let size = 0;
  return {
    offer: (ordinal, distance) => {
      if (!(distance < (distances[count - 1] ?? 0))) return;
      let place = Math.min(size, count - 1);
      while (place > 0 && (distances[place - 1] ?? 0) > distance) {
        distances[place] = distances[place - 1] ?? 0;
        ordinals[place] = ordinals[place - 1] ?? 0;
        place -= 1;
      }
      distances[place] = distance;
      ordinals[place] = ordinal;
      size = Math.min(size + 1, count);
    },
    neighbours() {
      return Array.from({ length: size }, (_, place) => ({
        ordinal: ordinals[place] ?? 0,
        distance: distances[place] ?? 0,
      }));
    },
  };
}
