/** A list that grows, and that a test can wait for. */
export interface Watched<T> {
  readonly all: readonly T[];
  readonly add: (value: T) => void;
  /** Resolves with the index of the first value, past or future, that fits, from `from` on. */
  next(fits: (value: T) => boolean, from?: number): Promise<number>;
  /** Resolves with all values as soon as there are `count`, at least 1. */
  reach(count: number): Promise<readonly T[]>;
}

export function createWatched<T>(): Watched<T> {
  const all: T[] = [];
  const checks = new Set<() => void>();

  function when<R>(take: () => readonly R[]): Promise<readonly R[]> {
    return new Promise((resolve) => {
      const check = (): void => {
        const taken = take();
        if (taken.length === 0) return;
        checks.delete(check);
        resolve(taken);
      };
      checks.add(check);
      check();
    });
  }

  return {
    all,
    add(value) {
      all.push(value);
      for (const check of checks) check();
    },
    async next(fits, from = 0) {
      const [index = 0] = await when(() => {
        const found = all.findIndex((value, at) => at >= from && fits(value));
        return found < 0 ? [] : [found];
      });
      return index;
    },
    reach: (count) => when(() => (all.length >= count ? all : [])),
  };
}
