import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { entriesOf, replaceFile, sha256OfText } from "../../storage/durable-files.js";
import { isRunning, processMark } from "../../storage/process-mark.js";

/** What is known about a download that is under way, or done. */
const noteSchema = z.object({
  url: z.string(),
  /** The run of the program that works, or worked, on it. */
  mark: z.string(),
  /** Strong validators only (RFC 9110, 8.8): by them the rest is known to belong to the beginning. */
  etag: z.string().optional(),
  lastModified: z.string().optional(),
  /** Known when the file is whole. */
  sha256: z.string().optional(),
});

export type DownloadNote = z.infer<typeof noteSchema>;

/** Where one address is downloaded to. */
export interface DownloadPlace {
  readonly partial: string;
  readonly whole: string;
  readonly note: string;
}

const keyDigits = 16;

/** The same for the same address in every run, and for no other address. */
export function downloadPlace(cacheDir: string, url: URL, fileName: string): DownloadPlace {
  const key = sha256OfText(url.href).slice(0, keyDigits);
  return {
    partial: join(cacheDir, `${key}.part`),
    whole: join(cacheDir, `${key}-${fileName}`),
    note: join(cacheDir, `${key}.json`),
  };
}

/** What an earlier run has written down about the address; undefined when nothing of use. */
export async function readNote(place: DownloadPlace, url: URL): Promise<DownloadNote | undefined> {
  try {
    const note = noteSchema.parse(JSON.parse(await readFile(place.note, "utf8")));
    return note.url === sha256OfText(url.href) ? note : undefined;
  } catch {
    return undefined;
  }
}

/** The address itself is not written down: it can hold a password. */
export async function writeNote(
  place: DownloadPlace,
  url: URL,
  note: Partial<Omit<DownloadNote, "url" | "mark">>,
): Promise<void> {
  const text = JSON.stringify({ url: sha256OfText(url.href), mark: processMark, ...note });
  await replaceFile(place.note, text);
}

/** Whether another process is at work on the same download. */
export function isBeingFetched({ mark, sha256 }: DownloadNote): boolean {
  return sha256 === undefined && mark !== processMark && isRunning(mark);
}

/** Bytes of a file; 0 when there is none. */
export async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

/** Milliseconds since a file was written; for ever when there is none. */
export async function ageOf(path: string): Promise<number> {
  try {
    return Math.abs(Date.now() - (await stat(path)).mtimeMs);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** A running SHA-256 that has already seen a file. */
export async function hashOfFile(path: string, bytes: number) {
  const hash = createHash("sha256");
  if (bytes > 0) for await (const piece of createReadStream(path)) hash.update(piece);
  return hash;
}

export async function removeDownload({ partial, whole, note }: DownloadPlace): Promise<void> {
  for (const path of [note, partial, whole]) await rm(path, { force: true });
}

const downloadName = new RegExp(`^(?<key>[0-9a-f]{${keyDigits}})(?:\\.part|\\.json|-.*)$`, "u");
/** Long enough to go on the next morning, short enough for the card of a Pi. */
const staleMs = 24 * 3_600_000;

/** Removes downloads that nothing was written to for a day: their import failed, and was not repeated. */
export async function removeStaleDownloads(cacheDir: string): Promise<void> {
  const files = new Map<string, string[]>();
  for (const entry of await entriesOf(cacheDir)) {
    const key = downloadName.exec(entry)?.groups?.["key"];
    if (key !== undefined) files.set(key, [...(files.get(key) ?? []), join(cacheDir, entry)]);
  }
  for (const paths of files.values()) {
    const ages = await Promise.all(paths.map(ageOf));
    if (Math.min(...ages) < staleMs) continue;
    for (const path of paths) await rm(path, { force: true });
  }
}
