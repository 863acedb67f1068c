import { EarshotError } from "../../errors.js";
import type { Cell } from "../table.js";
import type { Hdf5File, Hdf5Matrix, Hdf5Table, RowRange } from "./hdf5.js";
import { summariseTimbre, timbreColumns, timbreWidth } from "./timbre.js";

/** The songs of one HDF5 file of the Million Song Dataset: a million in a summary, or a single one. */
export interface MsdSongs {
  readonly rows: number;
  readonly columns: readonly string[];
  readonly known: ReadonlyMap<number, string>;
  read(range: RowRange): readonly Cell[][];
}

/** What the fields mean that the dataset defines (MSongsDB, "Field list"). */
const meaning: ReadonlyMap<string, string> = new Map([
  ["track_id", "id"],
  ["title", "title"],
  ["artist_name", "artist"],
  ["year", "year"],
  ["duration", "duration"],
  ["song_hotttnesss", "popularity"],
  ["tempo", "tempo"],
  ["loudness", "loudness"],
  ["energy", "energy"],
  ["danceability", "danceability"],
]);

/** Pointers into other tables, numbers of other services, and how the analysis was made. */
const useless = /^idx_|7digital|playmeid$|^analyzer_version$|^audio_md5$|^analysis_sample_rate$/u;

const tables = ["/metadata/songs", "/analysis/songs", "/musicbrainz/songs"] as const;
/** A song has some hundred segments; a day of music fewer than this. */
const maxSegments = 100_000;

/**
 * Finds the songs in an HDF5 file of the Million Song Dataset.
 *
 * @throws EarshotError `bad_song_file` when it is another kind of HDF5 file
 */
export function findMsdSongs(file: Hdf5File, name: string): MsdSongs {
  const [metadata, analysis, musicbrainz] = tables.map((path) => file.table(path));
  if (metadata === undefined || analysis === undefined) throw otherKind(name);
  const parts = [metadata, analysis, musicbrainz].flatMap((table) => partOf(table));
  if (parts.some(({ table }) => table.rows !== metadata.rows)) {
    throw new EarshotError(
      "bad_song_file",
      `${name} is damaged: its tables have different lengths`,
    );
  }
  const timbre = timbreOf(file, analysis);
  const columns = [...parts.flatMap(({ fields }) => fields), ...(timbre ? timbreColumns : [])];
  return {
    rows: metadata.rows,
    columns,
    known: knownOf(columns),
    read(range) {
      const read = parts.map(({ table, fields }) => table.read(range, fields));
      const sounds = timbre?.(range) ?? [];
      return Array.from({ length: range.count }, (_, row) => [
        ...read.flatMap((rows) => rows[row] ?? []),
        ...(sounds[row] ?? []),
      ]);
    },
  };
}

interface Part {
  readonly table: Hdf5Table;
  readonly fields: readonly string[];
}

function partOf(table: Hdf5Table | undefined): readonly Part[] {
  if (table === undefined) return [];
  return [{ table, fields: table.fields.filter((field) => !useless.test(field)) }];
}

function knownOf(columns: readonly string[]): ReadonlyMap<number, string> {
  return new Map(
    columns.flatMap((column, index) => {
      const known = meaning.get(column);
      return known === undefined ? [] : [[index, known] as const];
    }),
  );
}

const noTimbre: readonly Cell[] = Array<Cell>(timbreColumns.length).fill(undefined);

/** Means and variances for some songs; undefined for a summary, which has no segments. */
function timbreOf(
  file: Hdf5File,
  analysis: Hdf5Table,
): ((range: RowRange) => readonly (readonly Cell[])[]) | undefined {
  const matrix = file.matrix("/analysis/segments_timbre");
  if (matrix?.width !== timbreWidth || matrix.rows < analysis.rows) return undefined;
  return (range) => {
    const ends = segmentEnds(analysis, matrix, range);
    return ends.map(({ from, count }) => {
      if (count <= 0 || count > maxSegments) return noTimbre;
      return summariseTimbre(matrix.read({ from, count })) ?? noTimbre;
    });
  };
}

/** Which segments belong to each song: those from its own index to that of the next one. */
function segmentEnds(
  analysis: Hdf5Table,
  matrix: Hdf5Matrix,
  { from, count }: RowRange,
): readonly RowRange[] {
  const field = "idx_segments_timbre";
  if (!analysis.fields.includes(field)) return [{ from: 0, count: matrix.rows }];
  const more = Math.min(count + 1, analysis.rows - from);
  const starts = analysis.read({ from, count: more }, [field]).map(([start]) => Number(start));
  return starts.slice(0, count).map((start, row) => {
    const end = starts[row + 1] ?? matrix.rows;
    return { from: start, count: Math.min(end, matrix.rows) - start };
  });
}

function otherKind(name: string): EarshotError {
  return new EarshotError(
    "bad_song_file",
    `${name} is an HDF5 file, but none of the Million Song Dataset: expected the tables /metadata/songs and /analysis/songs`,
  );
}
