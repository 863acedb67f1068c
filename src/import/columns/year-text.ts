import type { Cell } from "../table.js";
import { isUnknownNumber } from "./unknown-values.js";

/** Recordings are younger; works are not, and a catalogue of them may state the year of the work. */
const earliestYear = 1000;

/** How a column's cells become years. */
export type YearScale = "year" | "epoch_s" | "epoch_ms";

const msOf = { epoch_s: 1000, epoch_ms: 1 } as const;
const compact = /^((?:1\d|20)\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/u;
/** Four digits that stand alone. Day and month may stand in any order: only the year is wanted. */
const fourDigits = /(?<!\d)\d{4}(?!\d)/gu;
/** 1,987 and 1.987: a spreadsheet that groups thousands does it to years as well. */
const grouped = /^([12])[.,'’\s](\d{3})(?:[.,]0+)?$/u;
const hasTime = /[T\s]\d{1,2}:\d\d.*$/u;
const zeroYear = /^[+-]?0*(?:\.0*)?$/u;

/**
 * Reads the year out of a year or a date: 1999, 1999.0, 1999-12-31, 31.12.1999, 12/31/1999,
 * 19991231, Dec 31, 1999, 1999-12-31T10:00:00Z, and 1,999 where thousands are grouped.
 *
 * @param latest a later year is a mistake, and unknown
 * @returns NaN when it is unknown (empty, 0, out of range), `undefined` when there is no year in it,
 *   or more than one ("31.12.99" has none: the century would be a guess)
 */
export function parseYear(cell: Cell, scale: YearScale, latest: number): number | undefined {
  if (cell === undefined) return Number.NaN;
  const text = typeof cell === "string" ? cell.trim() : String(cell);
  if (isUnknownNumber(text) || zeroYear.test(text)) return Number.NaN;
  if (scale !== "year") return yearOfEpoch(text, scale, latest);
  const digits = compact.exec(text)?.[1];
  if (digits !== undefined) return plausible(Number(digits), latest);
  // As a number, 1.987 is none that a spreadsheet has grouped.
  const [, thousand = "", rest = ""] = (typeof cell === "string" && grouped.exec(text)) || [];
  if (rest !== "") return plausible(Number(thousand + rest), latest);
  const found = text.replace(hasTime, "").match(fourDigits) ?? [];
  if (found.length !== 1) return undefined;
  const isNumber = /^[-+]?[\d.,]+$/u.test(text) && !/[.,]\d*[1-9]\d*$/u.test(text);
  const isDate = /[-/.\s,]/u.test(text);
  return isNumber || isDate || text === found[0] ? plausible(Number(found[0]), latest) : undefined;
}

function yearOfEpoch(
  text: string,
  scale: Exclude<YearScale, "year">,
  latest: number,
): number | undefined {
  const value = Number(text);
  if (Number.isNaN(value)) return undefined;
  return plausible(new Date(value * msOf[scale]).getUTCFullYear(), latest);
}

function plausible(year: number, latest: number): number {
  return year >= earliestYear && year <= latest ? year : Number.NaN;
}

/** Seconds and milliseconds since 1970 are told by their size: 3 years to 130 after it. */
const secondsRange = { least: 1e8, most: 4.1e9 } as const;

/**
 * Finds out how a column writes its years.
 *
 * @returns `undefined` when too few cells hold a year in any way
 */
export function decideYearScale(cells: Iterable<Cell>, latest: number): YearScale | undefined {
  const known = [...cells].filter(
    (cell) => cell !== undefined && !isUnknownNumber(String(cell).trim()),
  );
  const numbers = known.map(Number).filter((value) => value !== 0);
  const within = (factor: number) =>
    numbers.filter(
      (value) =>
        Math.abs(value) >= secondsRange.least * factor &&
        Math.abs(value) <= secondsRange.most * factor,
    ).length;
  const isDateNumber = (cell: Cell) => compact.test(String(cell).trim());
  if (known.length > 0 && !known.some(isDateNumber)) {
    if (within(1) >= known.length * mostShare) return "epoch_s";
    if (within(1000) >= known.length * mostShare) return "epoch_ms";
  }
  const readable = known.filter((cell) => parseYear(cell, "year", latest) !== undefined).length;
  return known.length === 0 || readable >= known.length * mostShare ? "year" : undefined;
}

const mostShare = 0.9;
