import { join } from "node:path";
import { EarshotError, messageOf } from "./errors.js";
import type { Log } from "./lifecycle.js";
import { isNodeRunning, type NodeFile, readNodeFile } from "./node-file.js";
import { explainDiskFull } from "./storage/disk-full.js";
import { type FileLock, tryLock } from "./storage/file-lock.js";

/**
 * Keeps a data folder for one node: two of them would overwrite what the other's broker has promised
 * to keep. Where the lock's file cannot be used at all the node goes without. On a network drive
 * without locks it does not start: to SQLite that is the same as a lock that is taken.
 *
 * @throws EarshotError `data_in_use` that names the other node where it is known to run; `disk_full`
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
  throw new EarshotError("data_in_use", explain(dataDir, await readNodeFile(dataDir)));
}

function explain(dataDir: string, other: NodeFile | undefined): string {
  const isAlive = other !== undefined && isNodeRunning(other);
  const who =
    other === undefined || isAlive === false
      ? ""
      : ` (${other.node}, broker ${other.broker.host}:${other.broker.port})`;
  const ownPlace = "a port of its own: --data.dir FOLDER --broker.port 1884";
  return isAlive === true
    ? `another node runs on the data folder ${dataDir}${who}; end it, or give this one a folder and ${ownPlace}`
    : `the data folder ${dataDir} cannot be locked: another node may run on it${who}, or its drive may ` +
        "not support locks, as some network drives. End the other node, or give this one a folder on " +
        `a local disk and ${ownPlace}`;
}
