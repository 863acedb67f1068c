import { EarshotError } from "../../errors.js";
import { knownFeatures } from "../../sound/features.js";
import type { Cell, TableRow } from "../table.js";
import { cleanText, decideWrapping, unwrapText } from "./cell-text.js";
import type { CellReader, ColumnPlan, LeftOutColumn, TablePlan } from "./column-plan.js";
import {
  featureNamed,
  isSongField,
  type SongField,
  songFieldNames,
  songFields,
  whyIgnored,
} from "./fields.js";
import { foldHeader, framedKeys, type NamedUnit } from "./header-name.js";
import {
  decideNumbers,
  holdsText,
  isZeroUnknown,
  type NumberColumn,
  rangeOf,
} from "./number-column.js";
import { whyNoId, whyNoNames } from "./text-content.js";
import { decideYearScale, parseYear } from "./year-text.js";

/** A table's head, and what is known about it beforehand. */
export interface RecogniseOptions {
  readonly columns: readonly string[];
  /** Meanings that the format itself defines, by column index. */
  readonly known?: ReadonlyMap<number, string> | undefined;
  /** Meanings that the user gave, by column index; "-" leaves a column out. */
  readonly mapped: ReadonlyMap<number, string>;
  /** Rows from which units and spellings are learnt. */
  readonly sample: readonly TableRow[];
  /** Later years are mistakes. */
  readonly latestYear: number;
}

/** A column that may be a field, the likeliest candidate of that field the lowest `rank`. */
interface Candidate {
  readonly index: number;
  readonly field: string;
  readonly rank: number;
  readonly unit: NamedUnit | undefined;
  readonly origin: "user" | "format" | "name";
}

/**
 * Finds out what the columns of a table mean: by what the user says, the format, the names and the
 * values.
 *
 * @throws EarshotError `bad_usage` when a column cannot be what the user says
 */
export function recogniseColumns(options: RecogniseOptions): TablePlan {
  const { columns, sample } = options;
  const leftOut: LeftOutColumn[] = [];
  const leave = (index: number, reason: string, isWarning = false): void => {
    leftOut.push({ index, column: columnName(columns, index), reason, isWarning });
  };
  const candidates: Candidate[] = [];
  for (const index of columns.keys()) {
    const found = candidateOf(index, options);
    if (typeof found === "string") leave(index, found);
    else candidates.push(found);
  }
  const cellsOf = (index: number): readonly Cell[] => sample.map(({ cells }) => cells[index]);
  const readers = readersOf(candidates, cellsOf, options.latestYear);
  const taken = new Map<string, ColumnPlan>();
  for (const candidate of candidates.toSorted((a, b) => a.rank - b.rank)) {
    const { index } = candidate;
    const found = readers.get(index);
    if (found === undefined) continue;
    const owner = taken.get(found.field);
    if (candidate.origin === "user") checkHonoured(candidate, found, { options, owner });
    if ("reason" in found) leave(index, found.reason, found.isWarning);
    else if (owner !== undefined && candidate.origin === "format") {
      taken.set(found.field, { ...owner, others: [...(owner.others ?? []), index] });
    } else if (owner !== undefined) leave(index, `${found.field} is taken from "${owner.column}"`);
    else taken.set(found.field, { ...found, index, column: columnName(columns, index) });
  }
  const byIndex = (a: { index: number }, b: { index: number }) => a.index - b.index;
  return { taken: [...taken.values()].sort(byIndex), leftOut: leftOut.sort(byIndex) };
}

/** How a column is called when people are told about it. */
export function columnName(columns: readonly string[], index: number): string {
  const name = cleanText(columns[index] ?? "");
  return name === "" ? `column ${index + 1}` : name;
}

/** What a column may be, or why it is nothing. */
function candidateOf(index: number, options: RecogniseOptions): Candidate | string {
  const name = options.columns[index] ?? "";
  const { key, unit } = foldHeader(name);
  const mapped = options.mapped.get(index);
  if (mapped === "-") return "left out as --map says";
  if (mapped !== undefined) {
    const field = mapped === "feature" ? ownFeatureName(key, index) : mapped;
    return { index, field, rank: -2, unit, origin: "user" };
  }
  const known = options.known?.get(index);
  if (known !== undefined)
    return { index, field: known, rank: -1, unit: undefined, origin: "format" };
  if (key === "") return name === "" ? "it has no name" : unknownName;
  const frames = framedKeys(key);
  for (const framed of frames) {
    for (const field of songFields) {
      const rank = songFieldNames[field].indexOf(framed);
      if (rank !== -1) return { index, field, rank, unit, origin: "name" };
    }
    const feature = featureNamed(framed);
    if (feature !== undefined) return { index, field: feature, rank: 0, unit, origin: "name" };
    const reason = whyIgnored(framed);
    // The bare name says it better: `audio_features.key` is a key of music, not of a database.
    if (reason !== undefined) return whyIgnored(frames.at(-1) ?? framed) ?? reason;
  }
  return unknownName;
}

/**
 * The name of a feature that is compared as it is. Under a known name its scale would have to be the
 * known one: a column `energy` from 0 to 10 becomes `energy_raw`.
 */
function ownFeatureName(key: string, index: number): string {
  if (key === "") return `column_${index + 1}`;
  const isKnown = isSongField(key) || knownFeatures.some(({ name }) => name === key);
  return isKnown ? `${key}_raw` : key;
}

function checkHonoured(
  { index }: Candidate,
  found: Found,
  {
    options,
    owner,
  }: { readonly options: RecogniseOptions; readonly owner: ColumnPlan | undefined },
): void {
  const reason =
    "reason" in found
      ? found.reason
      : owner === undefined
        ? undefined
        : `"${owner.column}" is ${found.field} already`;
  if (reason === undefined) return;
  const field = options.mapped.get(index) ?? "";
  const column = columnName(options.columns, index);
  throw new EarshotError("bad_usage", `--map "${column}=${field}" cannot be done: ${reason}`);
}

const unknownName = "unknown name; --map COLUMN=feature would take it";

type Found =
  | Pick<ColumnPlan, "field" | "form" | "read">
  | { readonly field: string; readonly reason: string; readonly isWarning: boolean };

function readersOf(
  candidates: readonly Candidate[],
  cellsOf: (index: number) => readonly Cell[],
  latestYear: number,
): ReadonlyMap<number, Found> {
  const numbers: NumberColumn[] = [];
  const found = new Map<number, Found>();
  for (const candidate of candidates) {
    const { index, field, unit, origin } = candidate;
    if (field === "year") found.set(index, yearReader(cellsOf(index), latestYear));
    else if (isTextField(field)) found.set(index, textReader(field, cellsOf(index), origin));
    else if (origin === "format") found.set(index, { field, read: plainNumber(field) });
    else numbers.push({ index, field, unit, cells: cellsOf(index) });
  }
  for (const [index, verdict] of decideNumbers(numbers)) {
    const field = numbers.find((column) => column.index === index)?.field ?? "";
    const left = verdict.kind === "left" ? verdict.reason : undefined;
    const isWarning = left !== holdsText && !isSongField(field);
    if (left !== undefined) found.set(index, { field, reason: left, isWarning });
    else if (verdict.kind === "read") found.set(index, verdict);
  }
  return found;
}

function isTextField(field: string): field is SongField {
  return field === "title" || field === "artist" || field === "id";
}

/** Numbers of a format that defines its units. */
function plainNumber(field: string): CellReader {
  return {
    kind: "number",
    read: (cell) => (typeof cell === "string" ? Number(cell) : (cell ?? Number.NaN)),
    ...rangeOf(field),
    isZeroUnknown: isZeroUnknown(field),
  };
}

function yearReader(cells: readonly Cell[], latest: number): Found {
  const scale = decideYearScale(cells, latest);
  if (scale === undefined) {
    const reason = "it holds no years (four digits, or a date with them)";
    return { field: "year", reason, isWarning: true };
  }
  const read = (cell: Cell) => parseYear(cell, scale, latest);
  const isDate = cells.some((cell) => typeof cell === "string" && /\d[-/.]\d/u.test(cell));
  const form = scale === "year" ? (isDate ? "date" : undefined) : "seconds since 1970";
  return {
    field: "year",
    form,
    read: { kind: "number", read, least: -Infinity, most: Infinity, isZeroUnknown: true },
  };
}

function textReader(field: SongField, cells: readonly Cell[], origin: Candidate["origin"]): Found {
  const wrapping = decideWrapping(cells, field === "artist");
  const read = (cell: Cell) => unwrapText(cell, wrapping);
  const texts = cells.map(read);
  const reason = field === "id" ? whyNoId(texts) : whyNoNames(texts);
  if (reason !== undefined && origin === "name") return { field, reason, isWarning: false };
  const form = { bytes: "Python bytes", list: "list", semicolons: undefined, none: undefined }[
    wrapping
  ];
  return { field, form, read: { kind: "text", read } };
}
