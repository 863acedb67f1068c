import type { Clock } from "../clock.js";

/** Waits a while after each birth message of Home Assistant. */
export interface BirthWatch {
  observe(payload: Uint8Array): void;
  stop(): void;
}

/** A whole house of devices answers the same message: each at another moment. */
const shortestDelayMs = 500;
const longestDelayMs = 5000;

/** So long Home Assistant may take to subscribe to the topics of the entities it has just made. */
const stateDelayMs = 2000;

const online = "online";

/**
 * Calls `onAnnounce` half a second to five seconds after a birth message, and `onState` two
 * seconds later; messages that come meanwhile change nothing.
 *
 * @param options `random` is uniform in [0, 1)
 */
export function createBirthWatch(options: {
  readonly clock: Clock;
  readonly onAnnounce: () => void;
  readonly onState: () => void;
  readonly random?: () => number;
}): BirthWatch {
  const { clock, onAnnounce, onState, random = Math.random } = options;
  let cancel: (() => void) | undefined;
  return {
    observe(payload) {
      if (cancel !== undefined || payload.byteLength !== online.length) return;
      if (Buffer.from(payload).toString() !== online) return;
      const delayMs = shortestDelayMs + random() * (longestDelayMs - shortestDelayMs);
      cancel = clock.after(delayMs, () => {
        onAnnounce();
        cancel = clock.after(stateDelayMs, () => {
          cancel = undefined;
          onState();
        });
      });
    },
    stop() {
      cancel?.();
      cancel = undefined;
    },
  };
}
