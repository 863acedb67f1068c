import type { QueuedMessage, SessionQueue } from "./session-queue.js";

/** The order between what waited for a client and what arrives while that is being sent. */
export interface QueueDrain {
  /** The client is about to come: from now on live messages wait. */
  begin(): void;
  /** The client has gone again. */
  end(): void;
  /** Whether a message must not be sent live, because `stream` brings it or has brought it. */
  holdsBack(message: QueuedMessage): boolean;
  /** A live message for which `holdsBack` was true: it is delivered when its turn comes. */
  holdBack(message: QueuedMessage): void;
  /** Aedes writes a message of the stream in this turn, or it left the queue. */
  takenUp(message: QueuedMessage): void;
  /**
   * All that waits now. At its end what was held back meanwhile goes to `deliver`, and live messages
   * flow again.
   */
  stream(deliver: (message: QueuedMessage) => void): AsyncIterable<QueuedMessage>;
}

/**
 * Aedes subscribes a returning client before it sends what is in its queue, so that new messages
 * overtake old ones [MQTT-4.6.0-6]. With this, they are sent after them.
 *
 * The stream does not bring the new ones itself: Aedes sends one message of it in a turn of the
 * event loop and reads no PUBACK before it ends, so it would not end under steady traffic.
 */
export function createQueueDrain(queue: SessionQueue): QueueDrain {
  let isUnderWay = false;
  let heldBack: QueuedMessage[] = [];
  /** What this connection got by the stream. */
  let streamed = new WeakSet<QueuedMessage>();
  const handedOut = new Set<QueuedMessage>();
  let wake: (() => void) | undefined;

  const finish = (): void => {
    isUnderWay = false;
    heldBack = [];
    handedOut.clear();
    wake?.();
  };

  /** The stream reads ahead of what is written: a live message must not slip in between. */
  const allTakenUp = (): Promise<void> =>
    new Promise((resolve) => {
      if (isUnderWay && handedOut.size > 0) wake = resolve;
      else resolve();
    });

  return {
    begin() {
      finish();
      streamed = new WeakSet();
      isUnderWay = true;
    },
    end: finish,
    holdsBack: (message) => isUnderWay || streamed.has(message),
    holdBack(message) {
      if (isUnderWay && !streamed.has(message)) heldBack.push(message);
    },
    takenUp(message) {
      if (handedOut.delete(message) && handedOut.size === 0) wake?.();
    },
    async *stream(deliver) {
      const waiting = [...queue.values()];
      // Those of them that were held back so far come with the others.
      heldBack = [];
      try {
        for (const message of waiting) {
          if (!queue.has(message)) continue;
          handedOut.add(message);
          streamed.add(message);
          yield message;
        }
        await allTakenUp();
        const next = heldBack.filter((message) => queue.has(message) && !streamed.has(message));
        finish();
        for (const message of next) deliver(message);
      } finally {
        finish();
      }
    },
  };
}
