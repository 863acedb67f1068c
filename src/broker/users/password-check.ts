import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { makeDummyHash, maxPasswordBytes, verifyPassword } from "./password-hash.js";
import { createWorkQueue } from "./work-queue.js";

/** Checks passwords without letting those who guess take the machine. */
export interface PasswordCheck {
  /** Whether this password was right a while ago for a user whose hash is still the same. */
  isKnown(name: string, password: Buffer, hash: string | undefined): boolean;
  /**
   * Whether a password belongs to a hash. Without a hash it costs the same and is always wrong.
   * Equal questions at the same time are one check.
   */
  verify(name: string, password: Buffer, hash: string | undefined): Promise<PasswordVerdict>;
}

/** `busy`: too many checks wait already, so nobody knows whether it is right. */
export type PasswordVerdict = "right" | "wrong" | "busy";

/** Two of libuv's four threads: the others go on serving files. */
const checksAtOnce = 2;
/** A house whose clients all come back at once, as after a restart: each waits for its turn. */
const checksWaiting = 256;
/** Different passwords at once for one name: its owner has one, the others are guesses. */
const checksOfName = 32;
/** Clients that come back, as after a restart of the broker's network, need no scrypt again. */
const maxKnown = 256;

/**
 * A check of 10,000 wrong passwords takes two threads and 32 MiB, however fast they come: two are
 * at work, 256 wait, 32 of them for one name, and the rest hears at once that the broker is busy.
 */
export function createPasswordCheck(): PasswordCheck {
  const queue = createWorkQueue({ atOnce: checksAtOnce, waiting: checksWaiting });
  const dummyHash = makeDummyHash();
  const known = new Map<string, { readonly hash: string; readonly digest: Buffer }>();
  /** By name, then by what is asked of it. */
  const inFlight = new Map<string, Map<string, Promise<PasswordVerdict>>>();
  // A key of this run: what is remembered is worth nothing outside of this process.
  const key = randomBytes(32);
  const digestOf = (password: Buffer): Buffer =>
    createHmac("sha256", key).update(password).digest();
  const remember = (name: string, hash: string, digest: Buffer): void => {
    known.delete(name);
    known.set(name, { hash, digest });
    const [oldest] = known.keys();
    if (known.size > maxKnown && oldest !== undefined) known.delete(oldest);
  };
  const check = async (password: Buffer, hash: string | undefined): Promise<PasswordVerdict> => {
    const isRight = await queue.run(() => verifyPassword(password, hash ?? dummyHash));
    if (isRight === undefined) return "busy";
    return isRight && hash !== undefined ? "right" : "wrong";
  };
  return {
    isKnown(name, password, hash) {
      const entry = known.get(name);
      if (entry === undefined || entry.hash !== hash) return false;
      return timingSafeEqual(entry.digest, digestOf(password));
    },
    async verify(name, password, hash) {
      if (password.length > maxPasswordBytes) return "wrong";
      const digest = digestOf(password);
      const question = `${digest.toString("base64")} ${hash ?? ""}`;
      const ofName = inFlight.get(name) ?? new Map<string, Promise<PasswordVerdict>>();
      const asked = ofName.get(question);
      if (asked !== undefined) return await asked;
      if (ofName.size >= checksOfName) return "busy";
      const checking = check(password, hash);
      inFlight.set(name, ofName.set(question, checking));
      try {
        const verdict = await checking;
        if (verdict === "right" && hash !== undefined) remember(name, hash, digest);
        return verdict;
      } finally {
        ofName.delete(question);
        if (ofName.size === 0) inFlight.delete(name);
      }
    },
  };
}
