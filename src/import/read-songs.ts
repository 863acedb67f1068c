import type { SongInput } from "../catalogue/song-input.js";
import { EarshotError } from "../errors.js";
import type { TablePlan } from "./columns/column-plan.js";
import { leaveOutConstants } from "./columns/constants.js";
import { isSongField } from "./columns/fields.js";
import { listColumns, type Mapping, missingColumn, placeMappings } from "./columns/mapping.js";
import { recogniseColumns } from "./columns/recognise.js";
import { createSongReader } from "./columns/song-reader.js";
import type { ImportOptions, ImportState } from "./import.js";
import { createSkips, reportColumns } from "./report.js";
import type { OpenedSource, SongTable, TableBatch, TableRow } from "./table.js";

/** Columns are understood by so many rows at the beginning, fewer where rows are wide. */
const headRows = 20_000;
const headCells = 800_000;
/** Of these so many are looked at, evenly spread: it is the number that counts. */
const sampleRows = 2500;

/** Reads one table: finds out what its columns mean, then makes songs of all rows. */
export async function* readSongs(
  source: OpenedSource,
  options: ImportOptions,
  state: ImportState,
): AsyncGenerator<readonly SongInput[]> {
  const table = await source.table();
  const { mapped, missing } = placeMappings(options.map, table.columns);
  noteMappings(options, state, { missing, columns: table.columns });
  const { plan, batches } = await understand(table, mapped);
  checkUsable(source.name, plan, table.columns);
  const reader = createSongReader(plan.taken);
  const skips = createSkips();
  const own = { rows: 0, songs: 0 };
  for await (const { rows, problems, bytes } of batches) {
    options.signal.throwIfAborted();
    for (const { place, problem } of problems) skips.add(problem, place);
    const songs: SongInput[] = [];
    for (const row of rows) {
      const song = reader.read(row);
      if (typeof song === "string") skips.add(song, row.place);
      else if (isRepeated(song, state.ids)) skips.add("repeated_id", row.place);
      else {
        songs.push(song);
        state.sampler.offer(song);
      }
    }
    own.songs += songs.length;
    state.songs += songs.length;
    yield songs;
    const read = rows.length + problems.length;
    own.rows += read;
    state.rows += read;
    const { totalBytes, name } = source;
    options.onProgress?.({ source: name, bytes, totalBytes, rows: state.rows, songs: state.songs });
  }
  state.sources.push({
    name: source.name,
    format: table.format,
    ...own,
    skipped: skips.report(),
    columns: reportColumns(table.columns, plan, reader.tallies),
  });
}

/**
 * Learns what the columns mean from the first rows, which are read once more with the others. In a
 * function of its own, so that these rows are let go as they are read.
 */
async function understand(
  table: SongTable,
  mapped: ReadonlyMap<number, string>,
): Promise<{ readonly plan: TablePlan; readonly batches: AsyncIterable<TableBatch> }> {
  const { rows, isWhole, batches } = await readHead(table);
  const recognised = recogniseColumns({
    columns: table.columns,
    known: table.known,
    mapped,
    sample: spread(rows),
    latestYear: new Date().getFullYear() + 1,
  });
  return { plan: isWhole ? leaveOutConstants(recognised, rows) : recognised, batches };
}

/** A single file must have every column that is mapped; of several it is enough that one has. */
function noteMappings(
  { map, locations }: ImportOptions,
  state: ImportState,
  { missing, columns }: { missing: readonly Mapping[]; columns: readonly string[] },
): void {
  const [first] = missing;
  if (first !== undefined && locations.length === 1 && state.sources.length === 0) {
    throw missingColumn(first, columns);
  }
  for (const mapping of map) if (!missing.includes(mapping)) state.used.add(mapping);
  state.columns.push(...columns);
}

/** The first rows of a table, and all of its batches, with these. */
interface TableHead {
  readonly rows: readonly TableRow[];
  readonly isWhole: boolean;
  readonly batches: AsyncIterable<TableBatch>;
}

async function readHead({ batches, columns }: SongTable): Promise<TableHead> {
  const wanted = Math.min(headRows, Math.ceil(headCells / Math.max(1, columns.length)));
  const iterator = batches[Symbol.asyncIterator]();
  const read: TableBatch[] = [];
  const rows: TableRow[] = [];
  let isWhole = false;
  while (rows.length < wanted && !isWhole) {
    const { done = false, value } = await iterator.next();
    isWhole = done;
    if (done) break;
    read.push(value);
    rows.push(...value.rows);
  }
  return { rows, isWhole, batches: goOn(read, iterator) };
}

async function* goOn(
  read: TableBatch[],
  iterator: AsyncIterator<TableBatch>,
): AsyncGenerator<TableBatch> {
  try {
    // Emptied on the way, so that the head does not stay in memory to the end.
    for (let batch = read.shift(); batch !== undefined; batch = read.shift()) yield batch;
    for (;;) {
      const { done, value } = await iterator.next();
      if (done === true) return;
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}

function spread(rows: readonly TableRow[]): readonly TableRow[] {
  const step = rows.length / sampleRows;
  if (step <= 1) return rows;
  return Array.from({ length: sampleRows }, (_, i) => rows[Math.floor(i * step)]).filter(
    (row) => row !== undefined,
  );
}

function isRepeated({ id }: SongInput, ids: Set<string> | undefined): boolean {
  if (id === undefined || ids === undefined) return false;
  if (ids.has(id)) return true;
  ids.add(id);
  return false;
}

/** Songs need a title, an artist and something to compare them by. */
function checkUsable(name: string, plan: TablePlan, columns: readonly string[]): void {
  const fields = plan.taken.map(({ field }) => field);
  const lacking: string[] = (["title", "artist"] as const).filter((one) => !fields.includes(one));
  if (fields.every(isSongField)) lacking.push("the sound (tempo, loudness, energy …)");
  if (lacking.length === 0) return;
  const missing = lacking.join(" and ");
  const found =
    fields.length === 0
      ? `none of its columns is known, and ${missing} are needed`
      : `it has columns for ${fields.join(", ")}, but none for ${missing}`;
  const reasons = plan.leftOut
    .filter(({ isWarning, reason }) => isWarning || reason.endsWith("not analysed"))
    .map(({ column, reason }) => `; ${column}: ${reason}`);
  throw new EarshotError(
    "bad_song_file",
    `${name} cannot be used: ${found}${reasons.join("")}. Its columns are ${listColumns(columns)}; --map COLUMN=FIELD says what one of them means`,
  );
}
