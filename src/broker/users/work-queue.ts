/** Runs a few pieces of costly work at a time; the others wait in a queue that has an end. */
export interface WorkQueue {
  /** @returns what the work gave, or `undefined` at once when too many wait already */
  run<Result>(work: () => Promise<Result>): Promise<Result | undefined>;
}

/**
 * @param options `atOnce` at work at the same time; `waiting` at most behind them
 */
export function createWorkQueue(options: {
  readonly atOnce: number;
  readonly waiting: number;
}): WorkQueue {
  let working = 0;
  const queue: (() => void)[] = [];
  return {
    async run(work) {
      if (working >= options.atOnce) {
        if (queue.length >= options.waiting) return undefined;
        // Whoever ends hands its place on, so `working` stays as it is.
        await new Promise<void>((resolve) => queue.push(resolve));
      } else working += 1;
      try {
        return await work();
      } finally {
        const next = queue.shift();
        if (next === undefined) working -= 1;
        else next();
      }
    },
  };
}
