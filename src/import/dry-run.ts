import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SongInput } from "../catalogue/song-input.js";
import { EarshotError } from "../errors.js";
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
 * @throws as `importSongs`, and EarshotError `bad_song_file` where a build would find no feature in
 *   which the songs differ
 */
export async function tryImport(options: DryRunOptions): Promise<ImportReport> {
  const { signal, log } = options;
  const cacheDir = await mkdtemp(join(tmpdir(), "earshot-dry-run-"));
  try {
    const locations = options.locations.map((location) =>
      openSources(location, { cacheDir, signal, log }),
    );
    const imported = importSongs({ ...options, locations });
    const isComparable = createDifferenceWatch();
    let differs = false;
    for await (const songs of imported.songs) differs ||= songs.some(isComparable);
    const report = imported.report();
    if (!differs) throw noDifference(report.songs);
    return report;
  } finally {
    await rm(cacheDir, { recursive: true, force: true });
  }
}

/** Creates a watch that is shown one song after the other, and says whether two differed so far. */
function createDifferenceWatch(): ({ features }: Pick<SongInput, "features">) => boolean {
  const first = new Map<string, number>();
  return ({ features }) =>
    Object.entries(features).some(([name, value]) => {
      const before = first.get(name);
      if (before === undefined) first.set(name, value);
      return before !== undefined && before !== value;
    });
}

function noDifference(songs: number): EarshotError {
  return new EarshotError(
    "bad_song_file",
    `${songs === 1 ? "one song was" : `${songs} songs were`} found and no feature in which they differ; at least two songs that differ in tempo, energy or another number are needed`,
  );
}
