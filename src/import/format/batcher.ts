import type { Cell, RowProblem, TableBatch, TableRow } from "../table.js";

/** Gathers rows and problems into batches. */
export interface Batcher {
  row(place: string | number, cells: readonly Cell[]): void;
  problem(place: string | number, problem: RowProblem): void;
  /** The batches that are full by now. */
  take(): Iterable<TableBatch>;
  /** All that is left, at the end. */
  takeAll(): Iterable<TableBatch>;
}

const batchRows = 1000;

/** @param stream says how much of the source has been read */
export function createBatcher(stream: { consumed(): number }): Batcher {
  let rows: TableRow[] = [];
  let problems: { place: string | number; problem: RowProblem }[] = [];

  function* take(least: number): Iterable<TableBatch> {
    const full = { rows, problems };
    if (rows.length + problems.length < least) return;
    rows = [];
    problems = [];
    const bytes = stream.consumed();
    for (let at = 0; at < Math.max(full.rows.length, full.problems.length); at += batchRows) {
      yield {
        rows: full.rows.slice(at, at + batchRows),
        problems: full.problems.slice(at, at + batchRows),
        bytes,
      };
    }
  }

  return {
    row: (place, cells) => void rows.push({ place, cells }),
    problem: (place, problem) => void problems.push({ place, problem }),
    take: () => take(batchRows),
    takeAll: () => take(1),
  };
}
