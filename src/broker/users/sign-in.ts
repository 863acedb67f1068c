import { createHash, timingSafeEqual } from "node:crypto";
import { type CliAccess, cliUserName } from "../../cli-access.js";
import type { Clock } from "../../clock.js";
import type { Credentials } from "../parts.js";
import { isLoopbackAddress } from "../peer-address.js";
import { createAttemptThrottle } from "./attempt-throttle.js";
import { createPasswordCheck } from "./password-check.js";
import { isUserName } from "./user-record.js";
import type { UserStore } from "./user-store.js";

/** The name of the node's own client, which comes over a stream within the process. */
export const ownClientName = "$node";
/** The name of a client without a user, where none is needed. */
export const anonymousName = "";

/** Who a client is, or why it is nobody. */
export type SignIn =
  | { readonly name: string }
  /**
   * `refusal` is for the log only: the client hears the same whatever it was, but that it may come
   * again later when the broker was too busy to find out.
   */
  | { readonly refusal: string; readonly isBusy: boolean };

export interface SignInOptions {
  readonly users: Pick<UserStore, "find" | "size">;
  readonly cliAccess: CliAccess | undefined;
  /** `broker.allowAnonymousFromTheWholeNetwork` */
  readonly isOpenToNetwork: boolean;
  readonly clock: Clock;
}

/**
 * Finds out who a client is: the node itself, a command of this machine, the holder of a client
 * certificate, a user with a password, or, only while there are no users, anybody on this machine.
 */
export function createSignIn(options: SignInOptions): (given: Credentials) => Promise<SignIn> {
  const { users, cliAccess, isOpenToNetwork, clock } = options;
  const checkPassword = createUserSignIn(users, clock);
  return async (given) => {
    const { peer, username } = given;
    if (peer.transport === "stream") return { name: ownClientName };
    if (isCommand(given, cliAccess)) return { name: cliUserName };
    if (users.size() === 0) {
      if (isOpenToNetwork || isLoopbackAddress(peer.address)) return { name: anonymousName };
      return refused("there are no users, so only this machine is served");
    }
    const certified = findCertified(given, users);
    if (certified !== undefined) return { name: certified };
    if (username === undefined) return refused("no user name");
    return await checkPassword(username, given);
  };
}

function refused(refusal: string): SignIn {
  return { refusal, isBusy: false };
}

/** A certificate speaks for its user unless the CONNECT names another one, who needs a password. */
function findCertified(
  { peer, username }: Credentials,
  users: SignInOptions["users"],
): string | undefined {
  const { certificateName } = peer;
  if (certificateName === undefined || users.find(certificateName) === undefined) return undefined;
  return username === undefined || username === certificateName ? certificateName : undefined;
}

/** 192 random bits need neither a slow hash nor a delay. */
function isCommand({ username, password }: Credentials, access: CliAccess | undefined): boolean {
  if (username !== cliUserName || access === undefined) return false;
  return timingSafeEqual(digest(password ?? ""), digest(Buffer.from(access.password)));
}

function digest(bytes: Buffer | string): Buffer {
  return createHash("sha256").update(bytes).digest();
}

const busy: SignIn = { refusal: "too many sign in at once", isBusy: true };

function createUserSignIn(users: SignInOptions["users"], clock: Clock) {
  const throttle = createAttemptThrottle(clock);
  const passwords = createPasswordCheck();
  const hashOf = (name: string): string | undefined => users.find(name)?.password;
  return async (username: string, { peer, password }: Credentials): Promise<SignIn> => {
    const given = password ?? Buffer.alloc(0);
    // All that nobody can be called is remembered as one name.
    const name = isUserName(username) ? username : "";
    if (passwords.isKnown(name, given, hashOf(name))) return { name };
    if (!(await throttle.admit(peer.address, name))) return busy;
    const hash = hashOf(name);
    const verdict = await passwords.verify(name, given, hash);
    // Not a failure: the password may well be right.
    if (verdict === "busy") return busy;
    // While that took its time the user may have been removed, or got another password.
    if (verdict === "right" && hashOf(name) === hash) return { name };
    throttle.fail(peer.address, name);
    return refused("unknown user or wrong password");
  };
}
