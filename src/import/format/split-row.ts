/** How a delimited file protects a delimiter, a quote or a line break within a cell. */
export type Quoting =
  /** Not at all: a quote is a character like any other (the genre file of the MSD). */
  | "none"
  /** RFC 4180: `"say ""hi"""`. */
  | "doubled"
  /** `"say \"hi\""`. */
  | "backslash"
  /** Python's repr of bytes between quotes, its own not doubled: `"b"I Didn't Mean To""`. */
  | "python";

/** What a quote within a cell is that is neither doubled nor the cell's end. */
export type StrayQuotes = "are characters" | "are open";

/** What separates the cells of a row, and how they are protected. */
export interface Dialect {
  readonly delimiter: string;
  readonly quoting: Quoting;
}

/**
 * Cuts a row into cells, quotes taken off.
 *
 * A quote within a cell that is not doubled and does not end it is taken as a character: real files
 * have them.
 *
 * @returns undefined when a quote is still open at the end: the row goes on in the next line
 */
export function splitRow(
  row: string,
  { delimiter, quoting }: Dialect,
  strayQuotes: StrayQuotes = "are characters",
): string[] | undefined {
  if (quoting === "none" || !row.includes('"')) return row.split(delimiter);
  const cells: string[] = [];
  let start = 0;
  for (;;) {
    const open = quoteAt(row, start);
    const close = open === -1 ? undefined : findClose(row, open, { delimiter, quoting });
    if (close === "open" || (close?.isStrayBefore && strayQuotes === "are open")) return undefined;
    let end: number;
    if (close === undefined) {
      end = row.indexOf(delimiter, start);
      cells.push(row.slice(start, end === -1 ? undefined : end));
    } else {
      cells.push(unescape(row.slice(open + 1, close.at), quoting));
      end = close.end;
    }
    if (end === -1 || end >= row.length) return cells;
    start = end + delimiter.length;
  }
}

const quote = '"';

/** Where the cell that begins at `start` has its opening quote, blanks before it allowed; else -1. */
function quoteAt(row: string, start: number): number {
  let index = start;
  while (row[index] === " ") index++;
  return row[index] === quote ? index : -1;
}

/** The closing quote, and the end of the cell: its delimiter or the end of the row. */
interface Close {
  readonly at: number;
  readonly end: number;
  /** Whether a quote stood in the cell that meant nothing. */
  readonly isStrayBefore: boolean;
}

function findClose(row: string, open: number, dialect: Dialect): Close | "open" {
  const { delimiter, quoting } = dialect;
  const bytesQuote = quoting === "python" && row[open + 1] === "b" ? row[open + 2] : undefined;
  if (bytesQuote === "'" || bytesQuote === quote) {
    const close = findToken(row, { token: bytesQuote + quote, from: open + 3, delimiter });
    if (close !== undefined) return { ...close, at: close.at + 1 };
  }
  let isStrayBefore = false;
  for (let at = row.indexOf(quote, open + 1); at !== -1; at = row.indexOf(quote, at + 1)) {
    if (quoting === "backslash") {
      if (isEscaped(row, at)) continue;
    } else if (row[at + 1] === quote) {
      at++;
      continue;
    }
    const end = endAfter(row, at + 1, delimiter);
    if (end !== undefined) return { at, end, isStrayBefore };
    isStrayBefore = true;
  }
  return "open";
}

function findToken(
  row: string,
  { token, from, delimiter }: { token: string; from: number; delimiter: string },
): Close | undefined {
  for (let at = row.indexOf(token, from); at !== -1; at = row.indexOf(token, at + 1)) {
    const end = endAfter(row, at + token.length, delimiter);
    if (end !== undefined) return { at, end, isStrayBefore: false };
  }
  return undefined;
}

/** Where the cell ends when only blanks follow: at a delimiter or at the end of the row. */
function endAfter(row: string, from: number, delimiter: string): number | undefined {
  let index = from;
  while (row[index] === " ") index++;
  return index === row.length || row.startsWith(delimiter, index) ? index : undefined;
}

/** Whether an odd number of backslashes stands before a place. */
function isEscaped(row: string, at: number): boolean {
  let index = at - 1;
  while (row[index] === "\\") index--;
  return (at - 1 - index) % 2 === 1;
}

function unescape(cell: string, quoting: Quoting): string {
  if (quoting === "doubled") return cell.replaceAll('""', '"');
  if (quoting === "backslash") return cell.replaceAll(/\\(["\\])/gu, "$1");
  return cell;
}
