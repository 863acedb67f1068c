import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "../lifecycle.js";
import { importSongs, type ImportOptions } from "./import.js";
import type { ImportReport } from "./report.js";
import { openSources } from "./source/open.js";

export interface DryRunOptions extends Omit<ImportOptions, "locations"> {
  readonly locations: readonly string[];
  readonly log: Log;
}

/**
 * Reads song files to the end and keeps nothing but the report; downloads go to a temporary folder.
 *
 * @throws as `importSongs`
 */
export async function tryImport(options: DryRunOptions): Promise<ImportReport> {
  const { signal, log } = options;
  const cacheDir = await mkdtemp(join(tmpdir(), "earshot-dry-run-"));
  try {
    const locations = options.locations.map((location) =>
      openSources(location, { cacheDir, signal, log }),
    );
    const imported = importSongs({ ...options, locations });
    const iterator = imported.songs[Symbol.asyncIterator]();
    while ((await iterator.next()).done !== true);
    return imported.report();
  } finally {
    await rm(cacheDir, { recursive: true, force: true });
  }
}
