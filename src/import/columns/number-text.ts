import type { Cell } from "../table.js";
import { isUnknownNumber } from "./unknown-values.js";

/**
 * How a column writes numbers: `point` is 1,234.5 and `comma` is 1.234,5. Blanks and apostrophes
 * group digits in both.
 */
export type NumberStyle = "point" | "comma";

/** Sign, digits with separators, exponent, and a unit or % behind. */
const shape =
  /^([-+−–‒﹣－]?)\s*((?:\d[\d.,'’\s  ]*|[.,]\d+))(?:e([-+−]?\d{1,3}))?\s*(%|[a-zµ/]{1,5})?$/iu;
const suffixes = new Set(["%", "bpm", "db", "dbfs", "lufs", "ms", "s", "sec", "min", "hz"]);

const wholeOf = {
  point: /^(?:\d+|\d{1,3}(?:[,'’\s]\d{3})+)(?:\.\d*)?$|^\.\d+$/u,
  comma: /^(?:\d+|\d{1,3}(?:[.'’\s]\d{3})+)(?:,\d*)?$|^,\d+$/u,
} as const;
/** A group begins a number that is no decimal: 0.735 never is seven hundred and thirty-five. */
const zeroGroup = { point: /^0\d*[,'’\s]/u, comma: /^0\d*[.'’\s]/u } as const;

/**
 * Reads a number as people and programs write it.
 *
 * @returns NaN when the cell says that the number is unknown, `undefined` when it is no number in
 *   this style
 */
export function parseNumber(cell: Cell, style: NumberStyle): number | undefined {
  if (typeof cell !== "string")
    return cell !== undefined && Number.isFinite(cell) ? cell : Number.NaN;
  if (isPlainNumber(cell, style)) {
    return Number(style === "point" ? cell : cell.replace(",", "."));
  }
  const text = cell.trim();
  const found = shape.exec(text);
  if (found === null) return isUnknownNumber(text) ? Number.NaN : undefined;
  const [, sign = "", digits = "", exponent = "", suffix = ""] = found;
  if (suffix !== "" && !suffixes.has(suffix.toLowerCase())) return undefined;
  const mantissa = digits.trim();
  if (!wholeOf[style].test(mantissa) || zeroGroup[style].test(mantissa)) return undefined;
  const bare = mantissa.replaceAll(style === "point" ? /[,'’\s]/gu : /[.'’\s]/gu, "");
  const power = exponent === "" ? "" : `e${exponent.replace("−", "-")}`;
  const value = Number(`${bare.replace(",", ".")}${power}`);
  return finite(sign === "" || sign === "+" ? value : -value);
}

const minus = 0x2d;
const zero = 0x30;
const nine = 0x39;
const separators = { point: 0x2e, comma: 0x2c } as const;
const longestPlain = 30;

/** Nearly all numbers: digits with at most a minus and one separator. A loop beats a pattern. */
function isPlainNumber(text: string, style: NumberStyle): boolean {
  let digits = 0;
  let isSeparated = false;
  if (text.length > longestPlain) return false;
  for (let index = text.charCodeAt(0) === minus ? 1 : 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= zero && code <= nine) digits += 1;
    else if (code !== separators[style] || isSeparated || digits === 0) return false;
    else {
      isSeparated = true;
      digits = 0;
    }
  }
  return digits > 0;
}

/** 1e999 is a number by its looks, and unknown by its use. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}

/** What the separators in a column's numbers say about its style. */
export interface StyleEvidence {
  /** Numbers that can be read in that style. */
  readonly point: number;
  readonly comma: number;
  /** Cells that are numbers in some style. */
  readonly numbers: number;
  /** Cells that are empty or say that the number is not known. */
  readonly unknown: number;
  /** Numbers that differ between the styles, such as 1,234 and 0.5. */
  readonly separated: number;
}

/** Counts what a column's cells look like. */
export function weighStyles(cells: Iterable<Cell>): StyleEvidence {
  const seen = { point: 0, comma: 0, numbers: 0, unknown: 0, separated: 0 };
  for (const cell of cells) {
    const point = parseNumber(cell, "point");
    const comma = isAlike(cell)
      ? point
      : isPlainDecimal(cell)
        ? undefined
        : parseNumber(cell, "comma");
    if (Number.isNaN(point ?? 0)) seen.unknown += 1;
    if (Number.isNaN(point ?? 0) || (point === undefined && comma === undefined)) continue;
    seen.numbers += 1;
    if (point !== undefined) seen.point += 1;
    if (comma !== undefined) seen.comma += 1;
    if (point !== comma) seen.separated += 1;
  }
  return seen;
}

/** So many of a hundred numbers may be written otherwise: slips of single rows. */
const leastShare = 0.97;

/** Whether a cell is the same number in both styles: without a separator. */
function isAlike(cell: Cell): boolean {
  return typeof cell !== "string" || !/[.,]/u.test(cell);
}

/** Nearly all decimals: not three digits behind the point, so that it groups no thousands. */
const plainDecimal = /^-?\d+\.(?:\d{1,2}|\d{4,})$/;

function isPlainDecimal(cell: Cell): boolean {
  return typeof cell === "string" && plainDecimal.test(cell);
}

/** The style that the separators alone decide; `undefined` when both or none read the column. */
export function decideStyle(evidence: StyleEvidence): NumberStyle | undefined {
  const { point, comma, numbers, separated } = evidence;
  if (separated === 0) return "point";
  const readsPoint = point >= numbers * leastShare;
  const readsComma = comma >= numbers * leastShare;
  // Both read nearly all of it: the cells that only one reads decide.
  if (readsPoint === readsComma && (!readsPoint || point === comma)) return undefined;
  return point > comma ? "point" : "comma";
}
