import type { Peer } from "../parts.js";
import { networkOf } from "../peer-address.js";
import type { GuardLimits } from "./limits.js";
import { createTokenBucket, type TokenBucket } from "./token-bucket.js";
import { reasonCodes, type Violation } from "./violation.js";

/** Decides at CONNECT, before anybody is asked for a password, whether there is room. */
export interface Admission {
  /** Counts a client in, or says why not. */
  enter(peer: Peer, nowMs: number): Violation | undefined;
  leave(peer: Peer): void;
}

type AdmissionLimits = Pick<
  GuardLimits,
  "clients" | "clientsPerAddress" | "connectsPerSecond" | "connectBurst"
>;

/** Addresses whose rate is remembered; the one that was silent longest is forgotten first. */
const maxRemembered = 4096;

const full: Violation = { reason: "no room for another client", code: reasonCodes.serverBusy };
const fullForAddress: Violation = {
  reason: "too many clients from one address",
  code: reasonCodes.quotaExceeded,
};
const tooQuick: Violation = {
  reason: "too many connects from one address",
  code: reasonCodes.connectionRateExceeded,
};

/** Creates the door of one broker. */
export function createAdmission(limits: AdmissionLimits): Admission {
  const present = new Map<string, number>();
  const rates = new Map<string, TokenBucket>();
  let clients = 0;

  const rateOf = (address: string): TokenBucket => {
    const known = rates.get(address);
    if (known !== undefined) rates.delete(address);
    const rate =
      known ??
      createTokenBucket({ perSecond: limits.connectsPerSecond, burst: limits.connectBurst });
    rates.set(address, rate);
    const [oldest] = rates.keys();
    if (rates.size > maxRemembered && oldest !== undefined) rates.delete(oldest);
    return rate;
  };

  return {
    enter(peer, nowMs) {
      const address = networkOf(peer.address);
      const rate = rateOf(address);
      // Who is refused pays nothing for it, or a client that keeps trying would never get in.
      if (rate.take(1, nowMs) > 0) {
        rate.take(-1, nowMs);
        return tooQuick;
      }
      if (clients >= limits.clients) return full;
      const already = present.get(address) ?? 0;
      if (already >= limits.clientsPerAddress) return fullForAddress;
      present.set(address, already + 1);
      clients += 1;
      return undefined;
    },
    leave(peer) {
      const address = networkOf(peer.address);
      const already = present.get(address) ?? 0;
      if (already > 1) present.set(address, already - 1);
      else present.delete(address);
      clients -= 1;
    },
  };
}
