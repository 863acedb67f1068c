/** Gathers what arrives together. */
export interface Batch<Item> {
  readonly add: (item: Item) => void;
  /** Works at once on everything that still waits. */
  flush(): void;
}

export interface BatchOptions<Item, Result> {
  /** Works on one item. */
  readonly work: (item: Item) => Result;
  /** Gets what came of some items, in their order. */
  readonly deliver: (results: readonly Result[]) => void;
  /** In milliseconds. */
  readonly now?: () => number;
}

/** After so long, and one item more, what is done is delivered and everything else gets its turn. */
const turnMs = 4;
/** While more wait nothing else gets its turn, so that no more is read meanwhile. */
const mostWaiting = 256;

/**
 * Creates a batch: what comes first in a turn of the event loop is worked on at once, what follows
 * when everything that has arrived by now has been read.
 *
 * So a single item waits for nothing. Under load twenty requests come in one piece, and to think about
 * all of them first and then to speak costs a fifth less than to change between the two twenty times:
 * the processor keeps the code and the data of each at hand. Items that take long, such as misspelt
 * titles in a large catalogue, are delivered every few milliseconds, and others get their turn.
 */
export function createBatch<Item, Result>(options: BatchOptions<Item, Result>): Batch<Item> {
  const { work, deliver, now = () => performance.now() } = options;
  let waiting: Item[] = [];
  let isTurnUnderWay = false;

  /** Works on what waits, in order, and delivers; what is left then waits on. */
  const workForAWhile = (): void => {
    const items = waiting;
    waiting = [];
    const results: Result[] = [];
    const endMs = now() + turnMs;
    let begun = 0;
    try {
      for (const item of items) {
        begun += 1;
        results.push(work(item));
        if (now() >= endMs) break;
      }
    } finally {
      waiting = [...items.slice(begun), ...waiting];
      if (results.length > 0) deliver(results);
    }
  };
  const continueTurn = (): void => {
    try {
      do workForAWhile();
      while (waiting.length > mostWaiting);
    } finally {
      isTurnUnderWay = waiting.length > 0;
      if (isTurnUnderWay) setImmediate(continueTurn);
    }
  };
  return {
    flush() {
      while (waiting.length > 0) workForAWhile();
    },
    add(item) {
      waiting.push(item);
      if (isTurnUnderWay) return;
      isTurnUnderWay = true;
      setImmediate(continueTurn);
      workForAWhile();
    },
  };
}
