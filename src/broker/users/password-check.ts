import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { makeDummyHash, maxPasswordBytes, verifyPassword } from "./password-hash.js";
import { createWorkQueue } from "./work-queue.js";

/** Checks passwords without letting those who guess take the machine. */
export interface PasswordCheck {
  /** Whether this password was right a while ago for a user whose hash is still the same. */
  isKnown(name: string, password: Buffer, hash: string | undefined): boolean;
  /**
   * Whether a password belongs to a hash. Without a hash it costs the same and is always false.
   * False as well when too many checks wait already.
   */
  verify(name: string, password: Buffer, hash: string | undefined): Promise<boolean>;
}

/** Two of libuv's four threads: the others go on serving files. */
const checksAtOnce = 2;
const checksWaiting = 32;
/** Clients that come back, as after a restart of the broker's network, need no scrypt again. */
const maxKnown = 256;

/**
 * A check of 10,000 wrong passwords takes two threads and 32 MiB, however fast they come: two are
 * at work, 32 wait, the rest is refused at once.
 */
export function createPasswordCheck(): PasswordCheck {
  const queue = createWorkQueue({ atOnce: checksAtOnce, waiting: checksWaiting });
  const dummyHash = makeDummyHash();
  const known = new Map<string, { readonly hash: string; readonly digest: Buffer }>();
  // A key of this run: what is remembered is worth nothing outside of this process.
  const key = randomBytes(32);
  const digestOf = (password: Buffer): Buffer =>
    createHmac("sha256", key).update(password).digest();
  return {
    isKnown(name, password, hash) {
      const entry = known.get(name);
      if (entry === undefined || entry.hash !== hash) return false;
      return timingSafeEqual(entry.digest, digestOf(password));
    },
    async verify(name, password, hash) {
      if (password.length > maxPasswordBytes) return false;
      const isRight = await queue.run(() => verifyPassword(password, hash ?? dummyHash));
      if (isRight !== true || hash === undefined) return false;
      known.delete(name);
      known.set(name, { hash, digest: digestOf(password) });
      const [oldest] = known.keys();
      if (known.size > maxKnown && oldest !== undefined) known.delete(oldest);
      return true;
    },
  };
}
