import { openSources } from "../../src/import/source/open.js";
import type { OpenedSource, SongTable, TableBatch, TableRow } from "../../src/import/table.js";

const quietLog = { debug() {}, info() {}, warn() {}, error() {} };

/** All sources of a location. */
export async function openAll(location: string, cacheDir = "unused"): Promise<OpenedSource[]> {
  const signal = new AbortController().signal;
  const sources: OpenedSource[] = [];
  for await (const source of openSources(location, { cacheDir, signal, log: quietLog })) {
    sources.push(source);
  }
  return sources;
}

export interface ReadTable {
  readonly table: SongTable;
  readonly rows: readonly TableRow[];
  /** "23 short" */
  readonly problems: readonly string[];
  readonly bytes: number;
}

/** All that a table holds. */
export async function readAll(table: SongTable): Promise<ReadTable> {
  const batches: TableBatch[] = [];
  for await (const batch of table.batches) batches.push(batch);
  return {
    table,
    rows: batches.flatMap(({ rows }) => rows),
    problems: batches.flatMap(({ problems }) => problems.map((p) => `${p.place} ${p.problem}`)),
    bytes: batches.at(-1)?.bytes ?? 0,
  };
}

/** All that the only table of a location holds. */
export async function readLocation(location: string, cacheDir?: string): Promise<ReadTable> {
  const [source, ...others] = await openAll(location, cacheDir);
  if (source === undefined || others.length > 0) throw new Error(`not one source: ${location}`);
  return readAll(await source.table());
}
