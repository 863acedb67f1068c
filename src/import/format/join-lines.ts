import { type Dialect, splitRow } from "./split-row.js";

/** One row as it was cut, and the line that it begins on. */
export interface CutRow {
  readonly line: number;
  /** undefined when no quote closes within the limits: the line is unreadable. */
  readonly cells: readonly string[] | undefined;
}

/** A cell with more lines than this was not meant to have them: its quote is a stray one. */
const maxJoinedLines = 200;
/** Where stray quotes are many, not every one is followed that far. */
const leastPatience = 8;
const blank = 0x20;
const maxJoinedCharacters = 1 << 20;

export interface RowJoiner {
  /** Takes the next line of the file; a blank one counts within quotes only. */
  push(text: string, line: number): void;
  /** Hands on what a quote still holds open at the end of the file. */
  finish(): void;
}

/**
 * Makes rows of lines: a quote that is open at the end of a line takes the next lines into its cell.
 *
 * A stray quote must not swallow the songs behind it. So a row of the wrong length, made of several
 * lines or of quotes, is taken back: its first line is cut as if quotes meant nothing, and when that
 * gives the right length it is the row; the other lines are read afresh.
 *
 * @param fields cells of a proper row; 0 when that is not known yet
 */
export function createRowJoiner(
  dialect: Dialect,
  fields: number,
  onRow: (row: CutRow) => void,
): RowJoiner {
  let held: string[] = [];
  let characters = 0;
  let firstLine = 0;
  let patience = maxJoinedLines;

  /** Takes back all lines that are held: the first is settled, the others are read afresh. */
  function giveUp(): void {
    const [first = "", ...others] = held;
    const line = firstLine;
    held = [];
    patience = Math.max(leastPatience, patience / 2);
    onRow({ line, cells: literal(first) });
    for (const [index, text] of others.entries()) push(text, line + 1 + index);
  }

  function literal(text: string): readonly string[] | undefined {
    const cells = text.split(dialect.delimiter);
    return fields === 0 || cells.length === fields ? cells : undefined;
  }

  /** Several lines make a row by chance when a stray quote meets the next row's first one. */
  function isChance(): boolean {
    if (held.length === 1 || splitRow(held.join("\n"), dialect, "are open") !== undefined)
      return false;
    return fields > 0 && literal(held[0] ?? "") !== undefined;
  }

  function settle(cells: readonly string[]): void {
    const isRight = fields === 0 || (cells.length === fields && !isChance());
    if (isRight && held.length > 1) patience = Math.min(maxJoinedLines, patience * 2);
    if (isRight || dialect.quoting === "none") onRow({ line: firstLine, cells });
    else if (held.length > 1) return giveUp();
    else onRow({ line: firstLine, cells: literal(held[0] ?? "") ?? cells });
    held = [];
  }

  function push(text: string, line: number): void {
    if (held.length === 0) {
      if (!(text.charCodeAt(0) > blank) && text.trim() === "") return;
      // Nearly every line of a million: no quote, one row.
      if (!text.includes('"')) return onRow({ line, cells: text.split(dialect.delimiter) });
      firstLine = line;
      characters = 0;
    }
    held.push(text);
    characters += text.length;
    const canClose = held.length === 1 || text.includes('"');
    const cells = canClose ? splitRow(held.join("\n"), dialect) : undefined;
    if (cells !== undefined) settle(cells);
    else if (held.length > patience || characters > maxJoinedCharacters) giveUp();
  }

  return {
    push,
    finish() {
      while (held.length > 0) giveUp();
    },
  };
}
