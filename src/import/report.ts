import { z } from "zod";
import type { SongInput } from "../catalogue/song-input.js";
import type { ColumnPlan, TablePlan } from "./columns/column-plan.js";
import { notAnalysed } from "./columns/constants.js";
import { isSongField } from "./columns/fields.js";
import { shortNumber } from "./columns/scale.js";
import type { RowSkip } from "./columns/song-reader.js";
import type { Tally } from "./columns/tally.js";
import type { RowProblem } from "./table.js";

/** Why a row is no song of the catalogue. */
export type SkipReason = RowProblem | RowSkip | "repeated_id";

/** What one column was taken for, or why it was not. The keys are those of `report.json`. */
export interface ColumnReport {
  readonly column: string;
  /** A field of the song, or a feature; absent when the column was left out. */
  readonly taken_as?: string;
  /** How its cells are written: "percent", "Python bytes"; absent for the plain way. */
  readonly form?: string;
  /** In the unit of what it was taken for. */
  readonly least?: number;
  readonly most?: number;
  /** 0 to 1: empty, "nan" or another word for unknown, out of range, or no number. */
  readonly unknown_share?: number;
  /** Numbers that are impossible for what it was taken for, and text where a number belongs. */
  readonly impossible?: number;
  readonly unreadable?: number;
  /** Rows, counted from 1, that seem to be on another scale than the column is read on. */
  readonly other_scale?: { readonly from: number; readonly to: number };
  readonly left_out?: string;
  /** Whether a person should look at it. */
  readonly warning?: true;
}

/** What was found in one table. */
export interface SourceReport {
  readonly name: string;
  readonly format: string;
  readonly rows: number;
  readonly songs: number;
  readonly skipped: readonly SkippedRows[];
  readonly columns: readonly ColumnReport[];
}

/** Rows that are no songs for one reason. */
export interface SkippedRows {
  readonly reason: SkipReason;
  readonly count: number;
  /** Where the first of them are. */
  readonly places: readonly (string | number)[];
}

/** What an import found; `report.json` is this with what the builder made of it. */
export interface ImportReport {
  readonly rows: number;
  readonly songs: number;
  readonly sources: readonly SourceReport[];
  /** Tables that are no song files, in a folder or zip that holds others that are. */
  readonly unusable: readonly { readonly name: string; readonly reason: string }[];
  /** A few songs to look at. */
  readonly samples: readonly SongInput[];
}

/** A report that comes out of another thread, made there by this same module. */
export const importReportSchema = z.custom<ImportReport>(
  (value) => typeof value === "object" && value !== null && "sources" in value,
);

/** Describes the columns of a table after its last row. */
export function reportColumns(
  columns: readonly string[],
  { taken, leftOut }: TablePlan,
  tallies: readonly Tally[],
): readonly ColumnReport[] {
  const reports = new Map<number, ColumnReport>();
  for (const { index, column, reason, isWarning } of leftOut) {
    const warning = isWarning ? ({ warning: true } as const) : {};
    reports.set(index, { column, left_out: reason, ...warning });
  }
  for (const [position, plan] of taken.entries()) {
    const tally = tallies[position];
    if (tally !== undefined) reports.set(plan.index, reportColumn(plan, tally));
  }
  return [...columns.keys()].flatMap((index) => reports.get(index) ?? []);
}

/** In fewer songs one value may be chance. */
const enoughSongs = 20;
/** So many impossible values are no slips any more. */
const suspiciousShare = 0.05;

function reportColumn(plan: ColumnPlan, tally: Tally): ColumnReport {
  const { column, field, form, read } = plan;
  const { known, unknown, outside, unreadable, least, most } = tally.counts;
  const all = known + unknown + outside + unreadable;
  const useless = whyUseless(plan, tally);
  const isSuspicious = outside + unreadable > all * suspiciousShare;
  const odd = {
    ...(outside > 0 ? { impossible: outside } : {}),
    ...(unreadable > 0 ? { unreadable } : {}),
  };
  if (useless !== undefined) {
    const { reason, isWarning } = useless;
    const warning = isWarning || isSuspicious ? ({ warning: true } as const) : {};
    return { column, left_out: reason, ...odd, ...warning };
  }
  const other = tally.oddRows();
  return {
    column,
    taken_as: field,
    ...(form === undefined ? {} : { form }),
    ...(read.kind === "number" && known > 0 ? { least, most } : {}),
    unknown_share: all === 0 ? 0 : (all - known) / all,
    ...odd,
    ...(other === undefined ? {} : { other_scale: other }),
    ...(isSuspicious || other !== undefined ? { warning: true } : {}),
  };
}

/** Why a column turned out to hold nothing to compare by; `undefined` when it does. */
function whyUseless(
  plan: ColumnPlan,
  { counts }: Tally,
): { readonly reason: string; readonly isWarning: boolean } | undefined {
  const { field, read } = plan;
  if (read.kind !== "number") return undefined;
  const pending = read.pending?.() ?? 0;
  const { known, zeros, outside, unreadable, least, most } = counts;
  if (pending > 0 && !(most > 0)) {
    const reason = `its scale cannot be told: it begins with zeros, and too few other values follow (${pending})`;
    return { reason, isWarning: true };
  }
  if (isSongField(field)) return undefined;
  const isPure = outside + unreadable === 0;
  if (known === 0 && isPure) {
    const reason = zeros > 0 ? "0 in every row: not analysed" : "unknown in every row";
    return { reason, isWarning: false };
  }
  if (known === 0) return { reason: "no row has a possible value", isWarning: true };
  if (least !== most || known < enoughSongs) return undefined;
  if (isPure) return { reason: notAnalysed(plan, least).reason, isWarning: false };
  return {
    reason: `${shortNumber(least)} in every row that has a possible value`,
    isWarning: true,
  };
}

const mostPlaces = 5;

/** Counts rows that were left out, with the places of the first few. */
export function createSkips() {
  const skips = new Map<SkipReason, { count: number; places: (string | number)[] }>();
  return {
    add(reason: SkipReason, place: string | number): void {
      const skip = skips.get(reason) ?? { count: 0, places: [] };
      skips.set(reason, skip);
      skip.count += 1;
      if (skip.places.length < mostPlaces) skip.places.push(place);
    },
    report: (): SourceReport["skipped"] =>
      [...skips].map(([reason, skip]) => ({ reason, ...skip })),
  };
}
