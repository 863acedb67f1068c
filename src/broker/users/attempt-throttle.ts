import type { Clock } from "../../clock.js";
import { networkOf } from "../peer-address.js";

/** Makes those wait who have just been wrong; a right password is delayed, never locked out. */
export interface AttemptThrottle {
  /**
   * Waits as long as this address and this name have earned.
   *
   * @returns false at once when too many wait already: from this address, or in all
   */
  admit(address: string, name: string): Promise<boolean>;
  /** Counts a wrong password or an unknown name. */
  fail(address: string, name: string): void;
}

const firstDelayMs = 250;
const longestForAddressMs = 8000;
/** Shorter, because a stranger who guesses must not keep the name's owner out. */
const longestForNameMs = 2000;
/** After so long without a failure all is forgotten. */
const forgetAfterMs = 60_000;
const maxRemembered = 1024;
const maxWaitingOfAddress = 4;
const maxWaiting = 256;

interface Failures {
  readonly count: number;
  readonly lastMs: number;
}

/**
 * Delays double with each failure, from 250 ms: up to 8 s for an address, up to 2 s for a name that
 * is tried from many. The 1024 that failed last are remembered of each.
 */
export function createAttemptThrottle(clock: Clock): AttemptThrottle {
  const addresses = new Map<string, Failures>();
  const names = new Map<string, Failures>();
  const waiting = new Map<string, number>();
  let waitingInAll = 0;
  const delayOf = (failures: Failures | undefined, longestMs: number): number => {
    if (failures === undefined || clock.now() - failures.lastMs > forgetAfterMs) return 0;
    return Math.min(longestMs, firstDelayMs * 2 ** Math.min(failures.count - 1, 30));
  };
  return {
    async admit(address, name) {
      const place = networkOf(address);
      const delayMs = Math.max(
        delayOf(addresses.get(place), longestForAddressMs),
        delayOf(names.get(name), longestForNameMs),
      );
      if (delayMs === 0) return true;
      const already = waiting.get(place) ?? 0;
      if (already >= maxWaitingOfAddress || waitingInAll >= maxWaiting) return false;
      waiting.set(place, already + 1);
      waitingInAll += 1;
      await new Promise<void>((resolve) => clock.after(delayMs, resolve));
      waitingInAll -= 1;
      const left = (waiting.get(place) ?? 1) - 1;
      if (left === 0) waiting.delete(place);
      else waiting.set(place, left);
      return true;
    },
    fail(address, name) {
      count(addresses, networkOf(address), clock.now());
      count(names, name, clock.now());
    },
  };
}

/** Written anew at the end of the map, so that the first entry is the one longest without a failure. */
function count(failures: Map<string, Failures>, key: string, nowMs: number): void {
  const before = failures.get(key);
  const isFresh = before !== undefined && nowMs - before.lastMs <= forgetAfterMs;
  failures.delete(key);
  failures.set(key, { count: isFresh ? before.count + 1 : 1, lastMs: nowMs });
  if (failures.size <= maxRemembered) return;
  const [oldest] = failures.keys();
  if (oldest !== undefined) failures.delete(oldest);
}
