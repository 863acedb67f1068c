import { copyFile, mkdir, open, readFile, rename, rm, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Log } from "../../lifecycle.js";
import { removeTemporaries, syncToDisk } from "../../storage/durable-files.js";
import { processMark } from "../../storage/process-mark.js";
import { replayFrames } from "./frames.js";

/** The file that the broker's state is appended to, frame by frame. */
export interface JournalFile {
  /** Bytes of the file. */
  size(): number;
  /**
   * Appends a frame; with `sync` it is on the disk when the promise resolves. One call at a time.
   *
   * @throws an Error of the file system; the file then ends where it ended before
   */
  append(frame: Buffer, options: { readonly sync: boolean }): Promise<void>;
  /** Begins a file that is to take this one's place. */
  beginRewrite(): Promise<Rewrite>;
  close(): Promise<void>;
}

/** A file that is being written beside the journal. */
export interface Rewrite {
  add(frame: Buffer): Promise<void>;
  /** Adds the last frames and puts the file in the journal's place, on the disk. */
  finish(frames: readonly Buffer[]): Promise<void>;
  abandon(): Promise<void>;
}

/** The opened journal and the records that were found in it. */
export interface OpenedJournal {
  readonly file: JournalFile;
  readonly records: ReadonlyMap<string, Buffer>;
}

const fileName = "state.journal";
const damagedName = "state.damaged";
/** The number is the format's: a file with another one is not read. */
const signature = Buffer.from("earshot broker state 1\n");

/**
 * Opens the journal in a folder, or begins one.
 *
 * Of a damaged file the part before the damage is used, which is the state of an earlier moment; a
 * copy stays beside it as `state.damaged`, until the next damage. The broker starts in any case.
 *
 * @throws an Error of the file system when the folder cannot be written
 */
export async function openJournalFile(folder: string, log: Log): Promise<OpenedJournal> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await removeTemporaries(folder);
  const path = join(folder, fileName);
  const bytes = await readIfThere(path);
  if (bytes === undefined || !bytes.subarray(0, signature.length).equals(signature)) {
    if (bytes !== undefined && bytes.length > 0) await setAside(path, log);
    await createJournal(path);
    return { file: await openFile(path, signature.length), records: new Map() };
  }
  const { records, end, damage } = replayFrames(bytes, signature.length);
  if (damage !== undefined) await reportDamage({ path, end, damage, size: bytes.length }, log);
  return { file: await openFile(path, end), records };
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** A journal is there with its signature, or not at all. */
async function createJournal(path: string): Promise<void> {
  const temporary = `${path}.${processMark}.tmp`;
  const handle = await open(temporary, "w", 0o600);
  try {
    await handle.writeFile(signature);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  await syncToDisk(dirname(path));
}

async function setAside(path: string, log: Log): Promise<void> {
  const aside = join(dirname(path), damagedName);
  await rename(path, aside);
  log.warn({ aside }, "the broker's stored state is not readable; starting without it");
}

interface Damage {
  readonly path: string;
  readonly end: number;
  readonly damage: "cut short" | "damaged";
  readonly size: number;
}

async function reportDamage({ path, end, damage, size }: Damage, log: Log): Promise<void> {
  const lostBytes = size - end;
  if (damage === "cut short") {
    log.info({ lostBytes }, "the last write of the broker's state was cut short; it is left out");
    return;
  }
  const aside = join(dirname(path), damagedName);
  await copyFile(path, aside);
  log.warn({ aside, lostBytes }, "the broker's stored state is damaged; using what precedes it");
}

async function openFile(path: string, start: number): Promise<JournalFile> {
  let handle = await open(path, "r+");
  let size = start;
  // What lies behind the last whole frame would be taken for the next one's beginning.
  await handle.truncate(size);
  return {
    size: () => size,
    async append(frame, { sync }) {
      try {
        await writeAll(handle, frame, size);
        if (sync) await handle.datasync();
      } catch (error) {
        await handle.truncate(size).catch(() => {});
        throw error;
      }
      size += frame.length;
    },
    async beginRewrite() {
      return beginRewrite(path, async (replacement, length) => {
        const former = handle;
        handle = replacement;
        size = length;
        await former.close();
      });
    },
    close: () => handle.close(),
  };
}

async function beginRewrite(
  path: string,
  replace: (handle: FileHandle, length: number) => Promise<void>,
): Promise<Rewrite> {
  const temporary = `${path}.${processMark}.tmp`;
  const handle = await open(temporary, "w+", 0o600);
  let length = 0;
  const add = async (bytes: Buffer): Promise<void> => {
    await writeAll(handle, bytes, length);
    length += bytes.length;
  };
  const abandon = async (): Promise<void> => {
    await handle.close().catch(() => {});
    await rm(temporary, { force: true });
  };
  try {
    await add(signature);
  } catch (error) {
    await abandon();
    throw error;
  }
  return {
    add,
    abandon,
    async finish(frames) {
      for (const frame of frames) await add(frame);
      await handle.datasync();
      await rename(temporary, path);
      await replace(handle, length);
      await syncToDisk(dirname(path));
    },
  };
}

/** `write` may write less than asked when the disk is nearly full. */
async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const length = bytes.length - written;
    const { bytesWritten } = await handle.write(bytes, written, length, position + written);
    if (bytesWritten === 0) throw new Error(`wrote ${written} of ${bytes.length} bytes`);
    written += bytesWritten;
  }
}
