import { constants } from "node:fs";
import { access, mkdir, stat } from "node:fs/promises";
import { dirname, sep } from "node:path";
import { EarshotError, messageOf } from "../errors.js";
import { explainDiskFull } from "./disk-full.js";

/**
 * Makes a folder of the data, and those above it, where they are missing, and checks that files can
 * be made in it. `mkdir` with `recursive` never returns in a place such as /proc, where what is
 * missing below a folder that exists cannot be made.
 *
 * @throws EarshotError `bad_config` when it cannot be, `disk_full`
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await makeWithParents(path);
    await access(path, constants.W_OK | constants.X_OK);
  } catch (cause) {
    const fault = explainDiskFull(cause, dirname(path));
    throw fault instanceof EarshotError ? fault : noFolder(path, cause);
  }
}

async function makeWithParents(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (isCode(error, "EEXIST") && (await isFolder(path))) return;
    const parent = dirname(path);
    if (!isCode(error, "ENOENT") || (await isFolder(parent))) throw error;
    await makeWithParents(parent);
    await mkdir(path);
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** Says what stands in the way of a folder of the data. */
export function noFolder(path: string, cause: unknown): EarshotError {
  const reason = reasons.find(([code]) => isCode(cause, code))?.[1] ?? messageOf(cause);
  const way = isRefusal(cause)
    ? "run this as the account that it belongs to (sudo -u NAME), or "
    : "";
  return new EarshotError(
    "bad_config",
    `data.dir: the folder ${path} cannot be used: ${reason}; ${way}set data.dir to a folder that you may write to`,
    { cause },
  );
}

const isFile = "it, or a folder above it, is a file";
const reasons: readonly (readonly [string, string])[] = [
  ["EEXIST", isFile],
  ["ENOTDIR", isFile],
  ["EACCES", "this account has not the rights to it"],
  ["EPERM", "this account has not the rights to it"],
  ["EROFS", "it is on a file system that cannot be written to"],
];

/**
 * Turns the refusal of a file of the data into what `makeFolder` says of the folder; anything else
 * is given back as it is.
 *
 * @param folder the data folder
 * @returns EarshotError `bad_config`, or the error itself
 */
export function explainNoAccess(error: unknown, folder: string): unknown {
  if (!isRefusal(error) && !isCode(error, "EROFS")) return error;
  const path = error instanceof Error && "path" in error ? error.path : undefined;
  const isData = typeof path === "string" && (path === folder || path.startsWith(folder + sep));
  return isData ? noFolder(folder, error) : error;
}

function isRefusal(error: unknown): boolean {
  return isCode(error, "EACCES") || isCode(error, "EPERM");
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
