import type { Hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { open, rename, rm } from "node:fs/promises";
import { EarshotError, messageOf } from "../../errors.js";
import { diskFull, explainDiskFull } from "../../storage/disk-full.js";
import { makeFolder } from "../../storage/make-folder.js";
import { removeTemporaries, syncToDisk } from "../../storage/durable-files.js";
import { fileNameOf, parseAddress, shownAddress } from "./address.js";
import { keepArrived, watchPace } from "./arriving.js";
import { httpGet, stalled, unreachable } from "./http-get.js";
import {
  type DownloadPlace,
  ageOf,
  downloadPlace,
  hashOfFile,
  isBeingFetched,
  readNote,
  removeDownload,
  sizeOf,
  writeNote,
} from "./partial-file.js";
import { conditions, startOf, validatorsOf } from "./resume.js";
import { freeBytes } from "./spool.js";

/** How far a download has come. */
export interface DownloadProgress {
  /** The file's name. */
  readonly name: string;
  readonly bytes: number;
  /** undefined when the server does not say. */
  readonly totalBytes: number | undefined;
}

export interface DownloadOptions {
  readonly cacheDir: string;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Most bytes that are fetched; 8 GB unless told otherwise. */
  readonly maxBytes?: number | undefined;
  /** For how long a file that was fetched whole is used unasked, in milliseconds; 10 min unless told otherwise. */
  readonly freshMs?: number | undefined;
  /** Longest time without a byte, in milliseconds; 30 s unless told otherwise. */
  readonly stallMs?: number | undefined;
  /** How often it is checked that 1 kB/s has come since, in milliseconds; 60 s unless told otherwise. */
  readonly paceMs?: number | undefined;
}

/** A file that was fetched whole. */
export interface Download {
  readonly path: string;
  readonly name: string;
  readonly sha256: string;
}

const defaultMaxBytes = 8e9;
const defaultStallMs = 30_000;
const defaultPaceMs = 60_000;
/** An import looks at a file twice: for its checksum, and for its songs. */
const defaultFreshMs = 600_000;

/**
 * Fetches a file into the cache. What a run that was ended has fetched is kept and continued when
 * the server says that it is still the same file (RFC 9110, 13.1.5 and 14.2); a file that is there
 * whole is fetched again only when the server, asked after ten minutes, has another.
 *
 * @param location http(s) address; with `#sha256=…` at its end the content must have that checksum
 * @throws EarshotError `source_unavailable` when the server fails, `disk_full`, `timeout` when the
 *   server goes silent or sends less than 1 kB/s, `bad_song_file` when the checksum is another or the file too large
 */
export async function download(location: string, options: DownloadOptions): Promise<Download> {
  const { url, sha256: expected } = parseAddress(location);
  const name = fileNameOf(url);
  await makeFolder(options.cacheDir);
  await removeTemporaries(options.cacheDir);
  const fetching = { url, name, options, place: downloadPlace(options.cacheDir, url, name) };
  const sha256 = await fetchFile(fetching);
  if (expected !== undefined && expected !== sha256) {
    await removeDownload(fetching.place);
    throw new EarshotError(
      "bad_song_file",
      `${shownAddress(url)} has the SHA-256 ${sha256}; expected ${expected}. It was not kept`,
    );
  }
  return { path: fetching.place.whole, name, sha256 };
}

/** Removes what was fetched from an address, whole or in part: the songs are in a catalogue now. */
export async function discardDownload(location: string, cacheDir: string): Promise<void> {
  const { url } = parseAddress(location);
  await removeDownload(downloadPlace(cacheDir, url, fileNameOf(url)));
}

interface Fetching {
  readonly url: URL;
  readonly name: string;
  readonly place: DownloadPlace;
  readonly options: DownloadOptions;
}

/** @returns the SHA-256 of the whole file */
async function fetchFile(fetching: Fetching): Promise<string> {
  const { url, place, options } = fetching;
  const note = await readNote(place, url);
  if (note !== undefined && isBeingFetched(note)) {
    throw new EarshotError(
      "source_unavailable",
      `${shownAddress(url)} is being fetched by another import; wait for it`,
    );
  }
  // A run that was killed between the last two steps of it.
  if (note?.sha256 !== undefined && (await sizeOf(place.partial)) > 0) {
    await rename(place.partial, place.whole);
  }
  const isWhole = note?.sha256 !== undefined && (await sizeOf(place.whole)) > 0;
  if (isWhole && (await ageOf(place.note)) < (options.freshMs ?? defaultFreshMs)) {
    return note.sha256 ?? "";
  }
  const present = isWhole ? 0 : await sizeOf(place.partial);
  const headers = conditions(note, isWhole, present);
  const stallMs = options.stallMs ?? defaultStallMs;
  const response = await httpGet(url, { headers, signal: options.signal, stallMs });
  try {
    if (isWhole && response.statusCode === 304) {
      const { etag, lastModified, sha256 = "" } = note;
      await writeNote(place, url, { etag, lastModified, sha256 });
      return sha256;
    }
    return await takeAnswer(fetching, response, present);
  } finally {
    response.destroy();
  }
}

async function takeAnswer(
  fetching: Fetching,
  response: IncomingMessage,
  present: number,
): Promise<string> {
  const { url, place, options } = fetching;
  const start = startOf(response, present);
  if (start === undefined) {
    // 416: what is there is as long as the file, or longer. From the beginning, without a range.
    if (response.statusCode === 416 && present > 0) {
      await rm(place.partial, { force: true });
      return fetchFile(fetching);
    }
    throw new EarshotError(
      "source_unavailable",
      `${shownAddress(url)} cannot be fetched: the server answers ${response.statusCode} ${response.statusMessage ?? ""}`,
    );
  }
  const arriving = keepArrived(response);
  const length = Number(response.headers["content-length"] ?? Number.NaN);
  const totalBytes = Number.isFinite(length) ? start + length : undefined;
  checkSize(fetching, totalBytes ?? 0);
  if (length > (await freeBytes(options.cacheDir))) {
    throw diskFull(options.cacheDir, `for ${fetching.name}`);
  }
  await writeNote(place, url, validatorsOf(response));
  const hash = await hashOfFile(place.partial, start);
  const received = await receive(fetching, response, { arriving, hash, start, totalBytes });
  if (totalBytes !== undefined && received < totalBytes) {
    throw unreachable(
      url,
      `it ended after ${received} of ${totalBytes} bytes; try again, an import goes on where it stopped`,
    );
  }
  const sha256 = hash.digest("hex");
  await syncToDisk(place.partial);
  await writeNote(place, url, { ...validatorsOf(response), sha256 });
  await rename(place.partial, place.whole);
  return sha256;
}

function checkSize({ url, options }: Fetching, bytes: number): void {
  const { maxBytes = defaultMaxBytes } = options;
  if (bytes <= maxBytes) return;
  throw new EarshotError(
    "bad_song_file",
    `${shownAddress(url)} has more than ${maxBytes} bytes, the most that is fetched`,
  );
}

interface Receiving {
  readonly arriving: Readable;
  readonly hash: Hash;
  readonly start: number;
  readonly totalBytes: number | undefined;
}

/** Writes the content behind what is there. @returns the size of the file */
async function receive(
  fetching: Fetching,
  response: IncomingMessage,
  { arriving, hash, start, totalBytes }: Receiving,
): Promise<number> {
  const { url, name, place, options } = fetching;
  const { stallMs = defaultStallMs, paceMs = defaultPaceMs, onProgress } = options;
  response.setTimeout(stallMs, () => response.destroy(stalled(url, stallMs)));
  const file = await open(place.partial, start === 0 ? "w" : "a", 0o600);
  let bytes = start;
  const pace = watchPace(response, { url, paceMs, received: () => bytes });
  try {
    for await (const chunk of arriving) {
      const piece: Buffer = chunk;
      bytes += piece.length;
      checkSize(fetching, bytes);
      await file.writeFile(piece);
      hash.update(piece);
      onProgress?.({ name, bytes, totalBytes });
    }
    if (response.errored !== null) throw response.errored;
    return bytes;
  } catch (cause) {
    const fault = explainDiskFull(cause, options.cacheDir);
    if (fault instanceof EarshotError && fault !== response.errored) {
      // Too large, or the disk is full, which hurts the whole machine: better to fetch it again.
      await removeDownload(place);
      throw fault;
    }
    options.signal.throwIfAborted();
    if (cause instanceof EarshotError) throw cause;
    throw unreachable(
      url,
      `${messageOf(cause)} after ${bytes} bytes; try again, an import goes on where it stopped`,
    );
  } finally {
    clearInterval(pace);
    await file.close();
  }
}
