import type { CellReader } from "./column-plan.js";

/** Rows of a column that do not fit how it is read. */
export interface OddRows {
  /** The first and the last of them, counted from 1. */
  readonly from: number;
  readonly to: number;
}

/** Watches the values of a column block by block. */
export interface BlockCheck {
  /** Notes what one row holds, NaN being unknown. */
  add(value: number): void;
  /** Whether the value was no possible one. */
  addImpossible(value: number): void;
  /** The rows in blocks that do not fit; `undefined` when all do. */
  oddRows(): OddRows | undefined;
}

/** Smaller than any file that somebody would append, large enough that chance evens out. */
const blockRows = 10_000;
/** Of a block so many are looked at, evenly spread. */
const everyRow = 4;
/** So few values say nothing. */
const fewestValues = 100;
const mostImpossible = 0.5;

/** Creates the check of a column; `isOtherScale` is asked about each block. */
export function createBlockCheck(
  isOtherScale: NonNullable<Extract<CellReader, { kind: "number" }>["isOtherScale"]>,
): BlockCheck {
  const values = new Float64Array(blockRows / everyRow);
  let [rows, known, impossible] = [0, 0, 0];
  let odd: OddRows | undefined;
  const close = (): void => {
    const from = Math.floor((rows - 1) / blockRows) * blockRows + 1;
    const seen = values.subarray(0, known);
    const isOdd =
      (known >= fewestValues && isOtherScale(seen)) ||
      (impossible >= fewestValues && impossible > (rows - from + 1) * mostImpossible);
    if (isOdd) odd = { from: odd?.from ?? from, to: rows };
    [known, impossible] = [0, 0];
  };
  const add = (value: number): void => {
    if (rows % everyRow === 0 && !Number.isNaN(value)) {
      values[known] = value;
      known += 1;
    }
    rows += 1;
    if (rows % blockRows === 0) close();
  };
  return {
    add,
    addImpossible(value) {
      impossible += 1;
      add(value);
    },
    oddRows() {
      if (rows % blockRows !== 0) close();
      return odd;
    },
  };
}
