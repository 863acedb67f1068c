import { accessSync, constants, existsSync } from "node:fs";
import { openDatabase } from "./sqlite.js";

/** A lock that this process holds. */
export interface FileLock {
  release(): void;
}

/**
 * Takes a lock that is tied to a file, or says that another process (or thread) has it.
 *
 * It is SQLite's write lock on an empty database, which the kernel takes back when its process ends,
 * however it ends: there is no stale lock to be told from a live one.
 *
 * @param path a file for this purpose alone, created where it is missing; nothing else may open it,
 *   because closing any handle gives up the locks of the whole process
 * @returns `undefined` when the lock is taken
 * @throws the file system's own error when this account may not use the file
 */
export function tryLock(path: string): FileLock | undefined {
  // SQLite has but a number for it.
  if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
  const database = openDatabase(path);
  try {
    database.exec("BEGIN IMMEDIATE");
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
  return {
    release() {
      database.close();
    },
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && /database is locked|SQLITE_BUSY/u.test(error.message);
}
