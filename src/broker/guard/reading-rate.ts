import { createClientRate, type ClientRate } from "./client-rate.js";
import type { GuardCounters } from "./counters.js";
import type { GuardLimits } from "./limits.js";
import type { Reading } from "./reading.js";

/** Reads a client that sends too much more slowly, which TCP tells it (no word of MQTT does). */
export interface ReadingRate {
  take(publishes: number, bytes: number): void;
  stop(): void;
}

/** Creates the rate of one connection. */
export function createReadingRate(
  reading: Reading,
  { limits, counters }: { readonly limits: GuardLimits; readonly counters: GuardCounters },
): ReadingRate {
  // Made when it is needed: of a thousand connections most are idle.
  let rate: ClientRate | undefined;
  let timer: NodeJS.Timeout | undefined;
  return {
    take(publishes, bytes) {
      rate ??= createClientRate(limits);
      const waitMs = rate.take({ publishes, bytes }, performance.now());
      if (waitMs < 1) return;
      counters.slowed_down += 1;
      reading.pause("rate");
      timer = setTimeout(() => {
        reading.resume("rate");
      }, waitMs);
    },
    stop() {
      clearTimeout(timer);
    },
  };
}
