import { join } from "node:path";
import { EarshotError, messageOf } from "./errors.js";
import type { Log } from "./lifecycle.js";
import { readNodeFile } from "./node-file.js";
import { explainDiskFull } from "./storage/disk-full.js";
import { type FileLock, tryLock } from "./storage/file-lock.js";

/**
 * Keeps a data folder for one node: two of them would overwrite what the other's broker has promised
 * to keep. Where locks cannot be had, as on some network drives, the node goes without.
 *
 * @throws EarshotError `data_in_use` that names the other node, `disk_full`
 */
export async function lockDataDir(dataDir: string, log: Log): Promise<FileLock> {
  let lock: FileLock | undefined;
  try {
    lock = tryLock(join(dataDir, "node.lock"));
  } catch (error) {
    const fault = explainDiskFull(error, dataDir);
    if (fault instanceof EarshotError) throw fault;
    log.warn({ dataDir, reason: messageOf(error) }, "the data folder cannot be locked");
    return { release() {} };
  }
  if (lock !== undefined) return lock;
  const other = await readNodeFile(dataDir);
  const who =
    other === undefined ? "" : ` (${other.node}, broker ${other.broker.host}:${other.broker.port})`;
  throw new EarshotError(
    "data_in_use",
    `another node runs on the data folder ${dataDir}${who}; end it, or give this one a folder and ` +
      "a port of its own: --data.dir FOLDER --broker.port 1884",
  );
}
