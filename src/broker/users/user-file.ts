import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { EarshotError, messageOf } from "../../errors.js";
import { replaceFile } from "../../storage/durable-files.js";
import { findFaultInUsers, parseUserTable, type UserTable } from "./user-record.js";

const maxFileBytes = 1024 * 1024;

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
    throw unusable(path, cause instanceof SyntaxError ? "it is not JSON" : messageOf(cause));
  }
  const fault = findFaultInUsers(content);
  if (fault !== undefined) throw unusable(path, fault);
  return parseUserTable(content);
}

function unusable(path: string, reason: string): EarshotError {
  const hint = reason.startsWith("EACCES")
    ? "only the account that runs the node may read it, so run this as that account (sudo -u)"
    : "set the file right, or take it away and add the users anew with: earshot user add NAME";
  return new EarshotError("bad_config", `the users in ${path} cannot be used: ${reason}; ${hint}`);
}

/** Writes the users so that only the node's own account can read them. */
export async function writeUserFile(dataDir: string, users: UserTable): Promise<void> {
  const text = `${JSON.stringify(Object.fromEntries(users), undefined, 2)}\n`;
  await replaceFile(userFilePath(dataDir), text, { isPrivate: true });
}
