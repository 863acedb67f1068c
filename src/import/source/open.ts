import type { Log } from "../../lifecycle.js";
import { recogniseTable } from "../format/recognise.js";
import type { OpenedSource } from "../table.js";
import { type ByteSource, readHead } from "./byte-source.js";
import { defaultExpansionLimits } from "./expansion-guard.js";
import { gunzipSource, isGzip } from "./gzip.js";
import { examinePath, localSource } from "./local-file.js";

export interface OpenOptions {
  /** Where downloads are kept. */
  readonly cacheDir: string;
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * Opens a FILE or URL; a zip or a folder of documents gives several sources.
 *
 * @throws EarshotError `source_unavailable` when it cannot be had, `bad_song_file` when it can but
 *   is not what a song file can be
 */
export async function* openSources(
  location: string,
  options: OpenOptions,
): AsyncGenerator<OpenedSource> {
  options.signal.throwIfAborted();
  const { bytes } = await examinePath(location);
  const file = localSource(location, bytes);
  const head = await readHead(file);
  yield openedSource(
    isGzip(head.bytes) ? gunzipSource(file, defaultExpansionLimits) : file,
    options.cacheDir,
  );
}

function openedSource(source: ByteSource, cacheDir: string): OpenedSource {
  return {
    name: source.name,
    totalBytes: source.totalBytes,
    table: () => recogniseTable(source, cacheDir),
  };
}
