import type { SongInput } from "../catalogue/song-input.js";
import { EarshotError, messageOf } from "../errors.js";
import { type Mapping, missingColumn } from "./columns/mapping.js";
import type { ImportReport, SourceReport } from "./report.js";
import { createSampler } from "./sampler.js";
import { readSongs } from "./read-songs.js";
import type { OpenedSource } from "./table.js";

/** How far an import is. */
export interface ImportProgress {
  /** The source that is being read. */
  readonly source: string;
  /** Of this source; compressed bytes where it is compressed. */
  readonly bytes: number;
  readonly totalBytes: number | undefined;
  /** Of all sources. */
  readonly rows: number;
  readonly songs: number;
}

export interface ImportOptions {
  /** What each file or URL holds; at least one table of each must be usable. */
  readonly locations: readonly AsyncIterable<OpenedSource>[];
  /** What the user says that columns mean. */
  readonly map: readonly Mapping[];
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/** An import under way. */
export interface SongImport {
  /** The songs in batches, to be read once; the sources are opened as they are reached. */
  readonly songs: AsyncIterable<readonly SongInput[]>;
  /** What was found; complete when the songs have been read to the end. */
  report(): ImportReport;
}

/**
 * Makes songs of song files. Memory does not grow with the files, but for the ids when there are
 * several of them.
 *
 * @throws (from `songs`) EarshotError `bad_song_file` when a file holds no songs that can be
 *   compared, `bad_usage` when a mapping names a column that is in none of the files, whatever the
 *   sources throw, and the signal's reason
 */
export function importSongs(options: ImportOptions): SongImport {
  const state: ImportState = {
    sources: [],
    unusable: [],
    sampler: createSampler(),
    used: new Set(),
    columns: [],
    ids: options.locations.length > 1 ? new Set() : undefined,
    rows: 0,
    songs: 0,
  };
  return {
    songs: readAll(options, state),
    report: () => ({
      rows: state.rows,
      songs: state.songs,
      sources: state.sources,
      unusable: state.unusable,
      samples: state.sampler.samples(),
    }),
  };
}

/** What is kept from table to table. */
export interface ImportState {
  readonly sources: SourceReport[];
  readonly unusable: { readonly name: string; readonly reason: string }[];
  readonly sampler: ReturnType<typeof createSampler>;
  /** Mappings whose column was found. */
  readonly used: Set<Mapping>;
  /** All columns that were seen, for the error about a mapping. */
  readonly columns: string[];
  /** Ids of the songs so far, to know them again in another file. */
  readonly ids: Set<string> | undefined;
  rows: number;
  songs: number;
}

async function* readAll(
  options: ImportOptions,
  state: ImportState,
): AsyncGenerator<readonly SongInput[]> {
  for (const location of options.locations) {
    let problem: EarshotError | undefined;
    let usable = 0;
    for await (const source of location) {
      options.signal.throwIfAborted();
      try {
        yield* readSongs(source, options, state);
        usable += 1;
      } catch (error) {
        if (!(error instanceof EarshotError) || error.code !== "bad_song_file") throw error;
        problem ??= error;
        state.unusable.push({ name: source.name, reason: messageOf(error) });
      }
    }
    if (usable === 0 && problem !== undefined) throw problem;
  }
  const missing = options.map.find((mapping) => !state.used.has(mapping));
  if (missing !== undefined) throw missingColumn(missing, [...new Set(state.columns)]);
}
