import { rm, writeFile } from "node:fs/promises";

/** Columns of a table of records by name: texts of up to `width` bytes, or numbers. */
export type Records = Readonly<Record<string, readonly string[] | Float64Array | Int32Array>>;

export interface Hdf5Content {
  /** By path below the root: "metadata/songs". */
  readonly tables: Readonly<Record<string, Records>>;
  /** Matrices of 12 columns. */
  readonly segments?: Float64Array;
  /** Group to be a link into another file. */
  readonly externalLink?: { readonly name: string; readonly file: string };
}

const textBytes = 64;
const segmentWidth = 12;

/**
 * Writes an HDF5 file as the Million Song Dataset has them (chunked, compressed compound tables with
 * fixed-length text), with the library's own writer.
 */
export async function writeHdf5(path: string, content: Hdf5Content): Promise<void> {
  const { File, ready } = await import("h5wasm");
  const { FS } = await ready;
  const inner = `/written-${Math.random().toString(36).slice(2)}.h5`;
  const file = new File(inner, "w");
  const groups = Object.keys(content.tables).flatMap((name) => name.split("/").slice(0, -1));
  for (const group of new Set(groups)) file.create_group(group);
  for (const [name, records] of Object.entries(content.tables)) {
    const columns = Object.entries(records);
    const rows = columns[0]?.[1].length ?? 0;
    file.create_dataset({
      name,
      data: new Map(columns.map(([column, values]) => [column, values])),
      dtype: columns.map(([column, values]) => [column, dtypeOf(values)]),
      shape: [rows],
      maxshape: [null],
      chunks: [Math.min(16, rows)],
      compression: 1,
    });
  }
  const { segments, externalLink } = content;
  if (segments !== undefined) {
    file.create_dataset({
      name: "analysis/segments_timbre",
      data: segments,
      shape: [segments.length / segmentWidth, segmentWidth],
    });
  }
  if (externalLink !== undefined) {
    file.create_external_link(externalLink.file, externalLink.name, externalLink.name);
  }
  file.close();
  await rm(path, { force: true });
  await writeFile(path, FS.readFile(inner));
  FS.unlink(inner);
}

function dtypeOf(values: Records[string]): string {
  if (values instanceof Float64Array) return "<d";
  return values instanceof Int32Array ? "<i" : `A${textBytes}`;
}

/** A summary file of so many invented songs. */
export function summaryOf(rows: number): Hdf5Content {
  const numbers = Array.from({ length: rows }, (_, row) => row);
  return {
    tables: {
      "metadata/songs": {
        artist_name: numbers.map((row) => `Ärtist ${row}`),
        title: numbers.map((row) => `Title_ ${row}`),
        song_hotttnesss: Float64Array.from(numbers, (row) => (row === 0 ? Number.NaN : 0.5)),
        idx_similar_artists: Int32Array.from(numbers),
        track_7digitalid: Int32Array.from(numbers),
      },
      "analysis/songs": {
        tempo: Float64Array.from(numbers, (row) => 60 + row / 100),
        key: Int32Array.from(numbers, (row) => row % 12),
        track_id: numbers.map((row) => `TR${row}`),
      },
      "musicbrainz/songs": { year: Int32Array.from(numbers, (row) => 1900 + (row % 100)) },
    },
  };
}
