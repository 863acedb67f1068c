/** Random numbers that are the same in every run. */
export interface Random {
  /** 0 to 1, without 1. */
  next(): number;
  /** 0 to `count - 1`. */
  below(count: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
}

/** Creates the generator mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    below: (count) => Math.floor(next() * count),
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
  };
}
