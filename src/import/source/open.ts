import { basename } from "node:path";
import type { Log } from "../../lifecycle.js";
import { EarshotError } from "../../errors.js";
import { sha256OfFile } from "../../storage/durable-files.js";
import { readDocuments } from "../format/documents-table.js";
import { isSingleDocument } from "../format/json-table.js";
import { recogniseTable } from "../format/recognise.js";
import type { OpenedSource } from "../table.js";
import { isAddress } from "./address.js";
import { type ByteSource, readHead } from "./byte-source.js";
import type { Download, DownloadOptions } from "./download.js";
import { documentKind } from "./entry-names.js";
import { defaultExpansionLimits, type ExpansionLimits } from "./expansion-guard.js";
import { listSongFiles, sha256OfFolder } from "./folder.js";
import { gunzipSource, isGzip } from "./gzip.js";
import { examinePath, localSource } from "./local-file.js";
import { abortable } from "./abortable.js";
import { isZip } from "./zip-signature.js";

export interface OpenOptions extends DownloadOptions {
  /** Where downloads are kept, and packed HDF5 files unpacked to while they are read. */
  readonly cacheDir: string;
  /** Ends every reading with its reason. */
  readonly signal: AbortSignal;
  readonly log: Log;
  /** How far packed data may grow; 16 GiB and 200 times unless told otherwise. */
  readonly expansion?: ExpansionLimits | undefined;
}

/**
 * Opens a FILE or URL; a zip or a folder gives several sources.
 *
 * A download stays in `cacheDir`, so that an import that fails can be tried again, unless it cannot be
 * read as a table at all.
 *
 * @throws EarshotError `source_unavailable` or `timeout` when it cannot be had, `bad_song_file` when
 *   it can but is not what a song file can be, `bad_usage` for an address that is none
 */
export async function* openSources(
  location: string,
  options: OpenOptions,
): AsyncGenerator<OpenedSource> {
  options.signal.throwIfAborted();
  const web = isAddress(location) ? await loadDownload() : undefined;
  const fetched = await web?.download(location, options);
  const path = fetched?.path ?? location;
  const { kind, bytes } = await examinePath(path);
  if (kind === "folder") yield* openFolder(path, options);
  else {
    const discard = web && (() => web.discardDownload(location, options.cacheDir));
    yield* openFile({ path, bytes, fetched, discard, options });
  }
}

/** What few imports need is loaded for those alone: HTTP and unzipping take as long as all the rest. */
const loadDownload = async () => await import("./download.js");
const loadZip = async () => await import("./zip.js");

interface FoundFile {
  readonly path: string;
  readonly bytes: number;
  readonly fetched: Download | undefined;
  /** Removes it where it was fetched. */
  readonly discard: (() => Promise<void>) | undefined;
  readonly options: OpenOptions;
}

async function* openFile(found: FoundFile): AsyncGenerator<OpenedSource> {
  const { path, bytes, fetched, discard, options } = found;
  let known = fetched && Promise.resolve(fetched.sha256);
  const sha256 = () => (known ??= sha256OfFile(path));
  const file = localSource(path, bytes, fetched?.name);
  const head = await readHead(file);
  if (isZip(head.bytes)) {
    const limits = options.expansion ?? defaultExpansionLimits;
    const packed = { path, name: file.name, packed: bytes };
    const { openZip } = await loadZip();
    const entries = await keepUnlessBad(openZip(packed, limits), discard);
    yield* openMany(entries, { name: file.name, sha256, options });
  } else {
    const opened = openOne(file, { sha256, options });
    yield { ...opened, table: () => keepUnlessBad(opened.table(), discard) };
  }
}

/** What was fetched and is no song file would be none at the next try either. */
async function keepUnlessBad<Result>(
  opening: Promise<Result>,
  discard: (() => Promise<void>) | undefined,
): Promise<Result> {
  try {
    return await opening;
  } catch (error) {
    if (error instanceof EarshotError && error.code === "bad_song_file") await discard?.();
    throw error;
  }
}

interface Origin {
  readonly sha256: () => Promise<string>;
  readonly options: OpenOptions;
}

async function* openFolder(folder: string, options: OpenOptions): AsyncGenerator<OpenedSource> {
  const files = await listSongFiles(folder);
  const sha256 = () => sha256OfFolder(files);
  yield* openMany(files, { name: basename(folder), sha256, options });
}

/** Documents about a song each are one source together; any other file is one of its own. */
async function* openMany(
  files: readonly ByteSource[],
  origin: Origin & { readonly name: string },
): AsyncGenerator<OpenedSource> {
  const { name, sha256, options } = origin;
  for (const kind of ["json", "hdf5"] as const) {
    const documents = files.filter((file) => documentKind(file.fileName) === kind);
    if (documents.length === 0) continue;
    if (documents.length > 1 && (kind === "hdf5" || (await areDocuments(documents)))) {
      yield openDocuments(documents, {
        name: `${documents.length} documents in ${name}`,
        sha256,
        options,
      });
    } else for (const file of documents) yield openOne(file, { sha256, options });
  }
  for (const file of files) {
    if (documentKind(file.fileName) === undefined) yield openOne(file, { sha256, options });
  }
}

/** Whether JSON files hold one song each, by the first of them that can be read at all. */
async function areDocuments(files: readonly ByteSource[]): Promise<boolean> {
  for (const file of files.slice(0, 10)) {
    if (isSingleDocument(await readHead(file))) return true;
  }
  return false;
}

function openDocuments(
  documents: readonly ByteSource[],
  { name, sha256, options }: Origin & { readonly name: string },
): OpenedSource {
  const { cacheDir, signal } = options;
  const readable = documents.map((document) => abortable(document, signal));
  return {
    name,
    totalBytes: documents.reduce((sum, { totalBytes = 0 }) => sum + totalBytes, 0),
    sha256,
    table: () => readDocuments(readable, name, cacheDir),
  };
}

function openOne(file: ByteSource, { sha256, options }: Origin): OpenedSource {
  const { cacheDir, signal, expansion = defaultExpansionLimits } = options;
  const packed = abortable(file, signal);
  return {
    name: file.name,
    totalBytes: file.totalBytes,
    sha256,
    async table() {
      const { bytes } = await readHead(packed);
      const source = isGzip(bytes) ? gunzipSource(packed, expansion) : packed;
      return recogniseTable(source, cacheDir);
    },
  };
}
