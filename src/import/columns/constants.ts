import type { TableRow } from "../table.js";
import type { ColumnPlan, LeftOutColumn, TablePlan } from "./column-plan.js";
import { isSongField } from "./fields.js";
import { shortNumber } from "./scale.js";

/** In fewer songs one value may be chance. */
const enoughSongs = 20;

/**
 * Leaves out the features that have one and the same value in every row: they were not analysed.
 *
 * @param rows all of a table; of a part nobody knows how it goes on
 */
export function leaveOutConstants(plan: TablePlan, rows: readonly TableRow[]): TablePlan {
  const taken: ColumnPlan[] = [];
  const leftOut: LeftOutColumn[] = [...plan.leftOut];
  for (const column of plan.taken) {
    const constant = isSongField(column.field) ? undefined : constantOf(column, rows);
    if (constant === undefined) taken.push(column);
    else leftOut.push(notAnalysed(column, constant));
  }
  return { taken, leftOut: leftOut.sort((a, b) => a.index - b.index) };
}

/** Why a column of one value is left out. */
export function notAnalysed({ index, column }: ColumnPlan, constant: number): LeftOutColumn {
  const reason = `${shortNumber(constant)} in every row: not analysed`;
  return { index, column, reason, isWarning: false };
}

function constantOf({ index, read }: ColumnPlan, rows: readonly TableRow[]): number | undefined {
  if (read.kind !== "number") return undefined;
  let constant: number | undefined;
  let seen = 0;
  for (const { cells } of rows) {
    const value = read.read(cells[index]);
    if (value === undefined || Number.isNaN(value)) continue;
    constant ??= value;
    if (value !== constant) return undefined;
    seen += 1;
  }
  return seen >= enoughSongs ? constant : undefined;
}
