import { type FileHandle, open, statfs, unlink } from "node:fs/promises";
import { join } from "node:path";
import { diskFull, explainDiskFull } from "../../storage/disk-full.js";
import { makeFolder } from "../../storage/make-folder.js";
import { removeTemporaries } from "../../storage/durable-files.js";
import { processMark } from "../../storage/process-mark.js";
import type { ByteSource } from "./byte-source.js";

/** Left free for the rest of the machine. */
const reservedBytes = 64 * 2 ** 20;

/** Bytes that may still be written to the file system of a folder. */
export async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return Math.max(0, bavail * bsize - reservedBytes);
}

let spooled = 0;

/**
 * Writes a source to a file that has no name any more, so that nothing of it remains when the
 * handle is closed, or the process killed.
 *
 * @throws EarshotError `disk_full` when the disk is full
 */
export async function spoolToFile(source: ByteSource, folder: string): Promise<FileHandle> {
  await makeFolder(folder);
  await removeTemporaries(folder);
  const path = join(folder, `spool-${++spooled}.${processMark}.tmp`);
  const handle = await open(path, "wx+", 0o600);
  try {
    await unlink(path);
    for await (const chunk of source.open().chunks) {
      if ((await freeBytes(folder)) < chunk.length) throw diskFull(folder, `for ${source.name}`);
      await handle.writeFile(chunk);
    }
    return handle;
  } catch (error) {
    await handle.close();
    throw explainDiskFull(error, folder);
  }
}
