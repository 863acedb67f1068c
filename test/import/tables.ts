import type { SongInput } from "../../src/catalogue/song-input.js";
import { type Mapping } from "../../src/import/columns/mapping.js";
import { importSongs } from "../../src/import/import.js";
import type { ColumnReport, ImportReport } from "../../src/import/report.js";
import type { Cell, OpenedSource, TableBatch } from "../../src/import/table.js";

/** A table as a format would make it. */
export interface InventedTable {
  readonly name?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly known?: ReadonlyMap<number, string>;
  readonly problems?: TableBatch["problems"];
}

/** A source of one table, in batches of 100 rows. */
export function sourceOf(table: InventedTable): OpenedSource {
  const { name = "invented.csv", columns, rows, problems = [], known } = table;
  async function* batches(): AsyncGenerator<TableBatch> {
    for (let from = 0; from < rows.length || from === 0; from += 100) {
      const some = rows.slice(from, from + 100);
      yield {
        rows: some.map((cells, index) => ({ place: from + index + 2, cells })),
        problems: from === 0 ? problems : [],
        bytes: from + some.length,
      };
    }
  }
  return {
    name,
    totalBytes: rows.length,
    table: async () => ({
      format: "invented",
      columns,
      batches: batches(),
      ...(known === undefined ? {} : { known }),
    }),
  };
}

/** All sources of one location. */
export async function* location(...sources: readonly OpenedSource[]): AsyncGenerator<OpenedSource> {
  yield* sources;
}

export interface Imported {
  readonly songs: readonly SongInput[];
  readonly report: ImportReport;
  /** What became of a column of the first table. */
  readonly column: (name: string) => ColumnReport | undefined;
}

/** Imports locations to the end. */
export async function importAll(
  locations: readonly AsyncIterable<OpenedSource>[],
  options: { readonly map?: readonly Mapping[]; readonly signal?: AbortSignal } = {},
): Promise<Imported> {
  const { map = [], signal = new AbortController().signal } = options;
  const imported = importSongs({ locations, map, signal });
  const songs: SongInput[] = [];
  for await (const batch of imported.songs) songs.push(...batch);
  const report = imported.report();
  const column = (name: string) => report.sources[0]?.columns.find((one) => one.column === name);
  return { songs, report, column };
}

/** Imports one table. */
export async function importTable(
  table: InventedTable,
  map: readonly Mapping[] = [],
): Promise<Imported> {
  return importAll([location(sourceOf(table))], { map });
}

/** A deterministic number in [0, 1) for a row and a purpose. */
export function chance(row: number, salt = 1): number {
  const value = Math.sin(row * 12.9898 + salt * 78.233) * 43_758.5453;
  return value - Math.floor(value);
}

/** A table of title, artist, tempo and one more column, whose cells `cell` gives. */
export function tableWith(column: string, cell: (row: number) => Cell, count = 200): InventedTable {
  return {
    columns: ["title", "artist", "tempo", column],
    rows: Array.from({ length: count }, (_, row) => [
      `Song ${row}`,
      `Band ${row % 7}`,
      (80 + chance(row, 9) * 90).toFixed(2),
      cell(row),
    ]),
  };
}
