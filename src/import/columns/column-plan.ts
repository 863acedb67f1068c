import type { Cell } from "../table.js";

/** How a column is read. */
export interface ColumnPlan {
  readonly index: number;
  /** As the file calls it; "column 3" where it has no name. */
  readonly column: string;
  /** A field of the song ("title") or the name of a feature. */
  readonly field: string;
  /** How its cells are written where that is not the plain way: "percent", "Python bytes". */
  readonly form?: string | undefined;
  /** Columns to look in where this one is empty; only formats that define them have any. */
  readonly others?: readonly number[] | undefined;
  /** What a cell holds, in the field's unit; text for title, artist and id. */
  readonly read: CellReader;
}

/** Text is read as text; a number is NaN when it is unknown, `undefined` when it is none. */
export type CellReader =
  | { readonly kind: "text"; readonly read: (cell: Cell) => string }
  | {
      readonly kind: "number";
      readonly read: (cell: Cell) => number | undefined;
      /** Values outside are mistakes, and unknown. */
      readonly least: number;
      readonly most: number;
      /** Whether 0 says "not known", as it does for tempo and year. */
      readonly isZeroUnknown: boolean;
      /** Whether a block of values as they were read, taken alone, is on another scale. */
      readonly isOtherScale?: (block: Float64Array) => boolean;
      /** How many numbers were not understood, because the scale was not known yet. */
      readonly pending?: () => number;
    };

/** A column that is not used, and why. */
export interface LeftOutColumn {
  readonly index: number;
  readonly column: string;
  readonly reason: string;
  /** Whether a person should look at it: it seemed to be a feature and could not be understood. */
  readonly isWarning: boolean;
}

/** What the columns of one table mean. */
export interface TablePlan {
  readonly taken: readonly ColumnPlan[];
  readonly leftOut: readonly LeftOutColumn[];
}

/** The cell of a column, or of the first of its others that holds something. */
export function cellOf(
  { index, others }: Pick<ColumnPlan, "index" | "others">,
  cells: readonly Cell[],
): Cell {
  const cell = cells[index];
  if (others === undefined || (cell !== undefined && cell !== "")) return cell;
  return cells[others.find((other) => cells[other] !== undefined && cells[other] !== "") ?? -1];
}
