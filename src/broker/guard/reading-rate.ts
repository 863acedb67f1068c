import { createClientRate, type ClientRate } from "./client-rate.js";
import type { GuardCounters } from "./counters.js";
import type { GuardLimits } from "./limits.js";
import type { Reading } from "./reading.js";

/** Reads a client that sends too much more slowly, which TCP tells it (no word of MQTT does). */
export interface ReadingRate {
  take(publishes: number, bytes: number): void;
  /** Whether the client has to wait. */
  isPausing(): boolean;
  stop(): void;
}

export interface ReadingRateParts {
  readonly limits: GuardLimits;
  readonly counters: GuardCounters;
  readonly reading: Reading;
  /** Called when the client has waited long enough. */
  readonly onOver: () => void;
}

/** Creates the rate of one connection. */
export function createReadingRate(parts: ReadingRateParts): ReadingRate {
  const { limits, counters, reading, onOver } = parts;
  // Made when it is needed: of a thousand connections most are idle.
  let rate: ClientRate | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isSlow = false;
  return {
    take(publishes, bytes) {
      rate ??= createClientRate(limits);
      const waitMs = rate.take({ publishes, bytes }, performance.now());
      if (waitMs >= 1 && !isSlow) counters.slowed_down += 1;
      isSlow = waitMs >= 1;
      if (!isSlow) return;
      reading.pause("rate");
      clearTimeout(timer);
      timer = setTimeout(() => {
        timer = undefined;
        reading.resume("rate");
        onOver();
      }, waitMs);
    },
    isPausing: () => timer !== undefined,
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
