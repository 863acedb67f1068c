import { createHash } from "node:crypto";
import { type FileHandle, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { noFolder } from "./make-folder.js";
import { isRunning, markPattern, processMark } from "./process-mark.js";

/** Waits until a file's or a folder's content has reached the disk. */
export async function syncToDisk(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Replaces a small text file so that a reader, or the next start after a power cut, sees either
 * the old text or the new one.
 *
 * @param options `isPrivate`: only the folder's owner may read it (mode 600), also when it is root
 *   who writes it for the service
 */
export async function replaceFile(
  path: string,
  text: string,
  { isPrivate = false }: { readonly isPrivate?: boolean } = {},
): Promise<void> {
  const temporary = `${path}.${processMark}.tmp`;
  try {
    const handle = await open(temporary, "w", isPrivate ? 0o600 : 0o666);
    try {
      if (isPrivate) await giveToOwner(handle, dirname(path));
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncToDisk(dirname(path));
}

const temporaryPattern = new RegExp(`\\.(?<mark>${markPattern})\\.tmp$`, "u");
/** `sudo earshot user add …` must leave a file that the service's own user can read. */
async function giveToOwner(handle: FileHandle, folder: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(folder);
  await handle.chown(uid, gid);
}

/**
 * Removes what `replaceFile` left in a folder when its process was killed; a write that may still
 * be under way is left alone.
 *
 * @returns the names that were removed; none when there is no such folder
 */
export async function removeTemporaries(folder: string): Promise<readonly string[]> {
  return removeMarked(folder, temporaryPattern);
}

/**
 * Removes the files and folders whose names hold the mark of a run that is over.
 *
 * @param pattern has a group `mark`
 */
export async function removeMarked(folder: string, pattern: RegExp): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const entry of await entriesOf(folder)) {
    const mark = pattern.exec(entry)?.groups?.["mark"];
    if (mark === undefined || isRunning(mark)) continue;
    await rm(join(folder, entry), { recursive: true, force: true });
    removed.push(entry);
  }
  return removed;
}

/**
 * The names in a folder; none when there is no such folder.
 *
 * @throws EarshotError `bad_config` when it, or one above it, is a file
 */
export async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") return [];
    throw code === "ENOTDIR" ? noFolder(folder, error) : error;
  }
}

/** The SHA-256 of a text, in hexadecimal digits. */
export function sha256OfText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** As much of a file is read at a time for its checksum. */
const pieceBytes = 1 << 20;
const leastPieceBytes = 1 << 12;

/** The SHA-256 of a file, read in pieces, in hexadecimal digits. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    // One for all pieces, and none longer than the file: a stream makes two of a small one, and one
    // for each MiB of a large one, which has the whole heap searched for garbage again and again.
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, Math.max(size, leastPieceBytes)));
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, piece.length);
      if (bytesRead === 0) return hash.digest("hex");
      hash.update(piece.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
