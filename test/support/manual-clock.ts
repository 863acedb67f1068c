import type { Clock } from "../../src/clock.js";

/** A clock that stands still until it is told to move; a second implementation of our `Clock`. */
export interface ManualClock extends Clock {
  advance(ms: number): void;
}

export function createManualClock(startMs = 0): ManualClock {
  let nowMs = startMs;
  const timers = new Set<{ readonly dueMs: number; readonly action: () => void }>();
  return {
    now: () => nowMs,
    after(delayMs, action) {
      const timer = { dueMs: nowMs + delayMs, action };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    advance(ms) {
      nowMs += ms;
      for (const timer of timers) {
        if (timer.dueMs > nowMs) continue;
        timers.delete(timer);
        timer.action();
      }
    },
  };
}
