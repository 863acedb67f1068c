import { EarshotError } from "../../errors.js";
import { cutSample, findDialect, type FoundDialect, type SampleLine } from "./dialect.js";
import { findNumberColumns, fitNames, isHeader, namesOf } from "./header.js";
import type { Dialect } from "./split-row.js";

/** All that must be known of a delimited text before its rows are read. */
export interface TextPlan {
  readonly dialect: Dialect;
  readonly columns: readonly string[];
  /** Cells of a proper row before empty ones at its end are dropped. */
  readonly fields: number;
  /** The line of the first row, counted from 1. */
  readonly firstLine: number;
  /** Whether lines that begin with "#" are comments and no rows when they have another length. */
  readonly hasComments: boolean;
  /** Columns in which text means that the row is shifted. */
  readonly numberColumns: readonly number[];
}

const sampleRows = 1000;

/**
 * Finds out how a text is to be read from its first lines.
 *
 * @param lines the beginning of the text, from the first line that is not blank
 * @throws EarshotError `bad_song_file` when it is no table of songs
 */
export function planText(lines: readonly SampleLine[], name: string): TextPlan {
  const announced = /^sep=(.|<SEP>)$/iu.exec(lines[0]?.text ?? "")?.[1];
  const body = announced === undefined ? lines : lines.slice(1);
  const comments = body.findIndex(({ text }) => !text.startsWith("#") && text.trim() !== "");
  const content = body.slice(Math.max(0, comments), Math.max(0, comments) + sampleRows);
  const found =
    announced === undefined
      ? findDialect(content)
      : cutSample(content, { delimiter: announced, quoting: "doubled" });
  if (found === undefined) throw noTable(lines, name);
  const marked = markedHeader(body.slice(0, Math.max(0, comments)), found);
  return planOf({
    found,
    marked,
    hasComments: marked !== undefined || body[0]?.text.startsWith("#") === true,
  });
}

interface Findings {
  readonly found: FoundDialect;
  /** The names, where the last comment holds them. */
  readonly marked: readonly string[] | undefined;
  readonly hasComments: boolean;
}

function planOf({ found, marked, hasComments }: Findings): TextPlan {
  const { delimiter, quoting, fields } = found;
  const rows = withoutPreamble(found);
  const cells = rows.map((row) => row.cells);
  const [first = []] = cells;
  const others = cells.slice(1);
  const isMarked = marked !== undefined && !isHeader(first, others.length > 0 ? others : cells);
  const isNumbered = isNumbering(first);
  const hasHeader = !isMarked && (isNumbered || isHeaderRow(first, others));
  const data = hasHeader ? others : cells;
  const names = isMarked ? namesOf(marked) : isNumbered ? first.map(() => "") : namesOf(first);
  const columns =
    hasHeader || isMarked ? fitNames(names, data, fields) : Array<string>(fields).fill("");
  return {
    dialect: { delimiter, quoting },
    columns,
    fields: Math.max(fields, columns.length),
    firstLine: (hasHeader ? rows[1]?.line : rows[0]?.line) ?? Number.POSITIVE_INFINITY,
    hasComments,
    numberColumns: findNumberColumns(data, fields),
  };
}

/** A data frame without names is written with the numbers of its columns: "0,1,2", or ",0,1,2". */
function isNumbering(row: readonly string[]): boolean {
  const numbers = row[0] === "" ? row.slice(1) : row;
  return numbers.length > 2 && numbers.every((cell, index) => cell === String(index));
}

/** The MSD marks its line of names with "%". */
function isHeaderRow(first: readonly string[], others: readonly (readonly string[])[]): boolean {
  return first[0]?.trimStart().startsWith("%") === true || isHeader(first, others);
}

interface WholeRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Spreadsheets begin with a title or a date before the names: rows with one cell at most. */
function withoutPreamble({ rows, fields }: FoundDialect): readonly WholeRow[] {
  const whole = rows.flatMap(({ line, cells }) => (cells === undefined ? [] : [{ line, cells }]));
  const start = whole.findIndex(
    ({ cells }) => fields < 3 || cells.filter((cell) => cell.trim() !== "").length > 1,
  );
  return whole.slice(Math.max(0, start));
}

/** A last comment that is as long as a row holds the names: "#artist,title,tempo". */
function markedHeader(
  comments: readonly SampleLine[],
  { delimiter, quoting, fields }: FoundDialect,
): readonly string[] | undefined {
  const last = comments.findLast(({ text }) => text.startsWith("#"));
  if (last === undefined) return undefined;
  const cells = cutSample([last], { delimiter, quoting })?.rows[0]?.cells;
  return cells?.length === fields ? cells : undefined;
}

function noTable(lines: readonly SampleLine[], name: string): EarshotError {
  const begin = (lines[0]?.text ?? "").slice(0, 60);
  return new EarshotError(
    "bad_song_file",
    `${name} is not a song file: expected a table with one song a line and its cells separated by "," ";" tab "|" or "<SEP>", found text that begins ${JSON.stringify(begin)}`,
  );
}
