import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { processMark } from "./process-mark.js";

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
 */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${processMark}.tmp`;
  try {
    const handle = await open(temporary, "w");
    try {
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

/** The SHA-256 of a text, in hexadecimal digits. */
export function sha256OfText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The SHA-256 of a file, read in pieces, in hexadecimal digits. */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(piece);
  return hash.digest("hex");
}
