import { type BlockCheck, createBlockCheck, type OddRows } from "./block-check.js";
import type { CellReader } from "./column-plan.js";

/** What was seen in one column of a table. */
export interface Tally {
  /** Counts a value; @returns it, or NaN where it is unknown or impossible. */
  addNumber(value: number | undefined, range: Extract<CellReader, { kind: "number" }>): number;
  /** Counts a 0 of a song that was not analysed; @returns NaN. */
  addUnanalysed(): number;
  /** Counts a text, "" being unknown, and returns it. */
  addText(text: string): string;
  readonly counts: Readonly<TallyCounts>;
  /** Rows that look as if they were on another scale; to be asked once, after the last row. */
  oddRows(): OddRows | undefined;
}

interface TallyCounts {
  known: number;
  /** The cell said so, or was empty. */
  unknown: number;
  /** Of these, cells of 0 in a column where 0 is "not known". */
  zeros: number;
  /** Text where a number belongs. */
  unreadable: number;
  /** Numbers that are impossible. */
  outside: number;
  least: number;
  most: number;
}

/** Creates counts of nothing. */
export function createTally(reader?: CellReader): Tally {
  const blocks = checkFor(reader);
  const counts: TallyCounts = {
    known: 0,
    unknown: 0,
    zeros: 0,
    unreadable: 0,
    outside: 0,
    least: Infinity,
    most: -Infinity,
  };
  return {
    counts,
    addNumber(value, { least, most, isZeroUnknown }) {
      if (value === undefined) {
        counts.unreadable += 1;
        blocks?.addImpossible(Number.NaN);
        return Number.NaN;
      }
      const isZero = value === 0 && isZeroUnknown;
      if (isZero || Number.isNaN(value)) {
        counts.unknown += 1;
        if (isZero) counts.zeros += 1;
        blocks?.add(Number.NaN);
        return Number.NaN;
      }
      if (value < least || value > most) {
        counts.outside += 1;
        blocks?.addImpossible(value);
        return Number.NaN;
      }
      counts.known += 1;
      blocks?.add(value);
      if (value < counts.least) counts.least = value;
      if (value > counts.most) counts.most = value;
      return value;
    },
    addUnanalysed() {
      counts.unknown += 1;
      counts.zeros += 1;
      blocks?.add(Number.NaN);
      return Number.NaN;
    },
    addText(text) {
      if (text === "") counts.unknown += 1;
      else counts.known += 1;
      return text;
    },
    oddRows: () => blocks?.oddRows(),
  };
}

function checkFor(reader: CellReader | undefined): BlockCheck | undefined {
  if (reader?.kind !== "number" || reader.isOtherScale === undefined) return undefined;
  return createBlockCheck(reader.isOtherScale);
}
