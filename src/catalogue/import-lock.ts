import { join } from "node:path";
import { EarshotError } from "../errors.js";
import { explainDiskFull } from "../storage/disk-full.js";
import { type FileLock, tryLock } from "../storage/file-lock.js";
import { makeFolder } from "../storage/make-folder.js";
import { findBuilds } from "./folders.js";

/**
 * Lets one import at a time work in a data folder: two of them would take twice the memory, and
 * one would drop its work or come second.
 *
 * @throws EarshotError `import_running`, naming the other one; `bad_config` when the folder
 *   cannot be used, `disk_full`
 */
export async function lockImports(dataDir: string): Promise<FileLock> {
  const lock = await takeLock(dataDir);
  if (lock !== undefined) return lock;
  const others = (await findBuilds(dataDir)).map(({ name, pid }) => `"${name}" by process ${pid}`);
  const who = others.length === 0 ? "" : ` (${others.join(", ")})`;
  throw new EarshotError(
    "import_running",
    `another import is at work in ${dataDir}${who}; wait until it has ended, or end it, and try again`,
  );
}

async function takeLock(dataDir: string): Promise<FileLock | undefined> {
  try {
    await makeFolder(dataDir);
    return tryLock(join(dataDir, "import.lock"));
  } catch (error) {
    throw explainDiskFull(error, dataDir);
  }
}
