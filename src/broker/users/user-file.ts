import { chown, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { EarshotError, fileReasonOf } from "../../errors.js";
import { replaceFile } from "../../storage/durable-files.js";
import { type FileLock, tryLock } from "../../storage/file-lock.js";
import { makeFolder } from "../../storage/make-folder.js";
import { findFaultInUsers, parseUserTable, type UserTable } from "./user-record.js";

const maxFileBytes = 1024 * 1024;
/** A change takes milliseconds: whoever holds the lock for longer hangs. */
const lockTries = 100;
const lockTryMs = 50;

/** Where the users that `earshot user` writes stand. */
export function userFilePath(dataDir: string): string {
  return join(dataDir, "users.json");
}

/**
 * Reads the users of the data folder; `undefined` when there is no such file.
 *
 * @throws EarshotError `bad_config` when it cannot be read or is not a table of users: a broker that
 *   took a damaged file for an empty one would serve without passwords
 */
export async function readUserFile(dataDir: string): Promise<UserTable | undefined> {
  const path = userFilePath(dataDir);
  let content: unknown;
  try {
    const text = await readFile(path, "utf8");
    if (text.length > maxFileBytes) throw new Error(`it is larger than ${maxFileBytes} bytes`);
    content = JSON.parse(text);
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw unusable(path, cause instanceof SyntaxError ? "it is not JSON" : fileReasonOf(cause));
  }
  const fault = findFaultInUsers(content);
  if (fault !== undefined) throw unusable(path, fault);
  return parseUserTable(content);
}

function unusable(path: string, reason: string): EarshotError {
  const hint = reason.startsWith("you may not read it")
    ? "only the account that runs the node may read it, so run this as that account (sudo -u)"
    : "set the file right, or take it away and add the users anew with: earshot user add NAME";
  return new EarshotError("bad_config", `the users in ${path} cannot be used: ${reason}; ${hint}`);
}

/** Writes the users so that only the node's own account can read them. */
export async function writeUserFile(dataDir: string, users: UserTable): Promise<void> {
  const text = `${JSON.stringify(Object.fromEntries(users), undefined, 2)}\n`;
  await replaceFile(userFilePath(dataDir), text, { isPrivate: true });
}

/**
 * Changes the users as they stand at this moment; two changes at a time come one after the other.
 * Nothing is asked of a person while the lock is held: what needs time comes before.
 *
 * @param change gets the users of the file, none where it is missing; when it throws, nothing is written
 * @throws EarshotError `bad_config` as `readUserFile` and `makeFolder`; `timeout` when another change does not end
 */
export async function changeUserFile(
  dataDir: string,
  change: (users: UserTable) => UserTable,
): Promise<void> {
  await makeFolder(dataDir);
  const lock = await takeLock(dataDir);
  try {
    await writeUserFile(dataDir, change((await readUserFile(dataDir)) ?? new Map()));
  } finally {
    lock.release();
  }
}

async function takeLock(dataDir: string): Promise<FileLock> {
  const path = join(dataDir, "users.lock");
  for (let tries = 0; tries < lockTries; tries += 1) {
    const lock = tryLock(path);
    if (lock !== undefined) {
      await giveToOwner(path, dataDir);
      return lock;
    }
    await wait(lockTryMs);
  }
  throw new EarshotError(
    "timeout",
    `another earshot user has been changing the users in ${dataDir} for ${(lockTries * lockTryMs) / 1000} s; end it and try again`,
  );
}

/** What `sudo earshot user add …` leaves behind must not lock the service's own account out. */
async function giveToOwner(path: string, folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(folder);
  await chown(path, uid, gid);
}
