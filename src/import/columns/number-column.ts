import { featureOf } from "../../sound/features.js";
import type { Cell } from "../table.js";
import type { CellReader } from "./column-plan.js";
import type { NamedUnit } from "./header-name.js";
import { createLateScale, createScaleJudge, type ScaleContext, scaledBy } from "./late-scale.js";
import { decideStyle, type NumberStyle, parseNumber, weighStyles } from "./number-text.js";
import { decideScale, type ScaleVerdict } from "./scale.js";
import { shareWithin, type SortedValues, sortValues } from "./sorted-values.js";
import { parseClock, parseMode, parseSignature } from "./written-values.js";

/** A column that may be a number of the song: its name's meaning, and a sample of its cells. */
export interface NumberColumn {
  readonly index: number;
  readonly field: string;
  readonly unit: NamedUnit | undefined;
  readonly cells: readonly Cell[];
}

/** What became of it. */
export type NumberVerdict =
  | {
      readonly kind: "read";
      readonly field: string;
      readonly form?: string;
      readonly read: CellReader;
    }
  | { readonly kind: "left"; readonly reason: string };

/** Said of a column that is no number column at all. */
export const holdsText = "it holds text, not numbers";

/** So many of the cells that are not empty must be numbers. */
const mostShare = 0.9;

/**
 * Finds out how the number columns of one table are written and in which unit they are. They are
 * looked at together: one column in decimal commas, or in percent, says how doubtful ones are
 * meant.
 */
export function decideNumbers(
  columns: readonly NumberColumn[],
): ReadonlyMap<number, NumberVerdict> {
  const drafts = columns.map(draftOf);
  const vote = drafts.find(({ style, separated }) => style === "comma" && separated)?.style;
  const pointVote = drafts.find(({ style, separated }) => style === "point" && separated)?.style;
  const styled = drafts.map((draft) => ({ ...draft, style: styleOf(draft, vote ?? pointVote) }));
  const first = styled.map((draft) => scaleOf(draft, undefined));
  const sisters = sistersOf(first);
  return new Map(
    styled.map((draft, position) => {
      const verdict = first[position];
      const isSure = verdict?.kind === "scaled" && verdict.isSure;
      const final = isSure ? verdict : scaleOf(draft, sisters);
      return [draft.index, toVerdict(draft, final, sisters)];
    }),
  );
}

interface Draft extends NumberColumn {
  /** The known numbers of the sample in ascending order, before they are scaled. */
  readonly sorted: (style: NumberStyle) => SortedValues;
  readonly style: NumberStyle | undefined;
  /** Whether it has numbers that show the style. */
  readonly separated: boolean;
  readonly isNumeric: boolean;
}

function draftOf(column: NumberColumn): Draft {
  const special = specialOf(column.field);
  const { cells, field } = column;
  const numbers =
    special === undefined ? cells : cells.filter((cell) => special(cell) === undefined);
  const evidence = weighStyles(numbers);
  const readable = evidence.numbers + cells.length - numbers.length;
  const known = cells.length - evidence.unknown;
  return {
    ...column,
    sorted: memoise((style) =>
      sortValues(cells.map((cell) => readerOf(field, style)(cell) ?? Number.NaN)),
    ),
    style: decideStyle(evidence),
    separated: evidence.separated > 0,
    isNumeric: readable >= known * mostShare,
  };
}

function memoise(
  compute: (style: NumberStyle) => SortedValues,
): (style: NumberStyle) => SortedValues {
  const computed = new Map<NumberStyle, SortedValues>();
  return (style) => {
    const values = computed.get(style) ?? compute(style);
    computed.set(style, values);
    return values;
  };
}

/** Numbers that can be read both ways: as the unit's range allows, or as the other columns are. */
function styleOf(draft: Draft, vote: NumberStyle | undefined): NumberStyle | undefined {
  if (draft.style !== undefined) return draft.separated ? draft.style : (vote ?? draft.style);
  const fitting = (["point", "comma"] as const).filter(
    (style) => scaleOf({ ...draft, style }, undefined).kind === "scaled",
  );
  if (fitting.length === 1) return fitting[0];
  if (vote !== undefined) return vote;
  const withComma = (cell: Cell) => typeof cell === "string" && cell.includes(",");
  if (!draft.cells.some(withComma)) return "point";
  // 987 beside 1,234: the comma groups thousands.
  const others = draft.cells.filter((cell) => !withComma(cell));
  const plain = sortValues(others.map((cell) => parseNumber(cell, "point") ?? Number.NaN));
  return shareWithin(plain, 100, 999) > 0 ? "point" : undefined;
}

function scaleOf(draft: Draft, sisters: "share" | "percent" | undefined): ScaleVerdict {
  const { field, unit, cells, style } = draft;
  if (!draft.isNumeric) return { kind: "untold", reason: holdsText };
  if (style === undefined) {
    return { kind: "untold", reason: "its commas may be decimals or thousands" };
  }
  const numbers = draft.sorted(style);
  const isEmpty = isAllZero(numbers);
  const values =
    isZeroUnknown(field) && !isEmpty ? numbers.filter((value) => value !== 0) : numbers;
  const signs = cells.filter((cell) => typeof cell === "string" && cell.trimEnd().endsWith("%"));
  const isSigned = signs.length > 0 && signs.length >= numbers.length;
  if (isEmpty && field !== "loudness") return { kind: "scaled", field, factor: 1, isSure: false };
  if (field === "duration" && countSpecial(cells, parseClock) > cells.length / 2) {
    return { kind: "scaled", field, factor: 1, from: "m:ss", isSure: true };
  }
  const written = signs.length > 0 ? "percent" : unit;
  return decideScale({ field, values, unit: written, isSigned, sisters });
}

function sistersOf(verdicts: readonly ScaleVerdict[]): "share" | "percent" | undefined {
  const sure = verdicts.flatMap((verdict) =>
    verdict.kind === "scaled" && verdict.isSure && isShare(verdict.field) ? [verdict] : [],
  );
  if (sure.length === 0) return undefined;
  return sure.every(({ factor }) => factor !== 1) ? "percent" : "share";
}

function isShare(field: string): boolean {
  return featureOf(field).unit === "0..1" && field !== "average_loudness";
}

function toVerdict(
  draft: Draft,
  verdict: ScaleVerdict,
  sisters: ScaleContext["sisters"],
): NumberVerdict {
  if (verdict.kind === "untold" || draft.style === undefined) {
    return { kind: "left", reason: verdict.kind === "untold" ? verdict.reason : "no numbers" };
  }
  const { field, factor, from } = verdict;
  const plain = readerOf(draft.field, draft.style);
  const context = { field: draft.field, unit: draft.unit, sisters };
  const late = isScaleOpen(draft, draft.style) ? createLateScale(context) : undefined;
  const scale = late?.scale ?? ((value: number) => scaledBy(value, factor));
  return {
    kind: "read",
    field,
    ...(from === undefined ? {} : { form: from }),
    read: {
      kind: "number",
      read: factor === 1 && late === undefined ? plain : (cell) => mapNumber(plain(cell), scale),
      ...rangeOf(field),
      isZeroUnknown: isZeroUnknown(field) || wasNotAnalysed(draft, draft.style),
      ...(late === undefined
        ? { isOtherScale: createScaleJudge(context, verdict) }
        : { pending: late.pending }),
    },
  };
}

function mapNumber(value: number | undefined, scale: (value: number) => number) {
  return value === undefined ? undefined : scale(value);
}

/** Whether a column has only zeros so far, and what follows may be on more than one scale. */
function isScaleOpen({ field, sorted }: Draft, style: NumberStyle): boolean {
  return isAllZero(sorted(style)) && (isShare(field) || field === "popularity");
}

/** A column that is 0 throughout was not analysed; should others follow, its zeros still were not. */
function wasNotAnalysed({ field, sorted }: Draft, style: NumberStyle): boolean {
  const mayBeZero = field === "mode" || field === "popularity" || field === "loudness";
  return !mayBeZero && isAllZero(sorted(style));
}

function isAllZero(values: SortedValues): boolean {
  return values.length > 0 && values[0] === 0 && values.at(-1) === 0;
}

const longestSongS = 86_400;

/** Which values of a field are possible. */
export function rangeOf(field: string): { readonly least: number; readonly most: number } {
  if (field === "popularity") return { least: 0, most: 1 };
  if (field === "duration") return { least: 0, most: longestSongS };
  const { least, most } = featureOf(field);
  return { least, most };
}

/**
 * Fields whose 0 is "not known": tempo and time signature were not found, and Spotify and The Echo
 * Nest write danceability 0 for what they have not analysed.
 */
export function isZeroUnknown(field: string): boolean {
  return ["tempo", "time_signature", "danceability", "duration"].includes(field);
}

function specialOf(field: string): ((cell: Cell) => number | undefined) | undefined {
  if (field === "mode") return parseMode;
  if (field === "time_signature") return parseSignature;
  return field === "duration" ? parseClock : undefined;
}

function countSpecial(cells: readonly Cell[], special: (cell: Cell) => number | undefined): number {
  return cells.filter((cell) => special(cell) !== undefined).length;
}

/** Reads a cell as it is written, before it is brought into the field's unit. */
function readerOf(field: string, style: NumberStyle): (cell: Cell) => number | undefined {
  const special = specialOf(field);
  if (special === undefined) return (cell) => parseNumber(cell, style);
  return (cell) => special(cell) ?? parseNumber(cell, style);
}
