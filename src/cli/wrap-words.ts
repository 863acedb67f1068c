import { columnsOf, fitColumns } from "./printable.js";

/** A piece of a sentence and how it is shown. */
export interface Piece {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/**
 * Breaks a sentence between its words into lines of so many columns; the lines below the first are
 * indented. A word that is wider than a line is cut.
 */
export function wrapWords(
  pieces: readonly Piece[],
  { columns, indent = "" }: { readonly columns: number; readonly indent?: string },
): readonly string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const { text, paint = (word: string) => word } of pieces) {
    for (const word of text.split(" ").filter((one) => one !== "")) {
      const start = line === "" ? "" : `${line} `;
      const width = columnsOf(word);
      if (line !== "" && used + 1 + width > columns) {
        lines.push(line);
        line = indent + paint(fitColumns(word, columns - indent.length).trimEnd());
        used = Math.min(columns, indent.length + width);
      } else {
        line = start + paint(fitColumns(word, columns).trimEnd());
        used += (start === "" ? 0 : 1) + Math.min(width, columns);
      }
    }
  }
  return line === "" ? lines : [...lines, line];
}
