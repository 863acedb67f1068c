import { featureOf } from "../../sound/features.js";
import type { NamedUnit } from "./header-name.js";
import {
  isFarFromWhole,
  lacksTens,
  shareWithin,
  type SortedValues,
  valueAt,
} from "./sorted-values.js";

/** How a column's numbers become the field's unit, or why nobody can say. */
export type ScaleVerdict =
  | {
      readonly kind: "scaled";
      /** The field that it is on closer look: loudness from 0 to 1 is `average_loudness`. */
      readonly field: string;
      /** What each number is multiplied with. */
      readonly factor: number;
      /** The column's unit where it is not the field's: "percent". */
      readonly from?: string;
      /** Whether the numbers alone leave no doubt; others look at the columns beside them. */
      readonly isSure: boolean;
    }
  | {
      readonly kind: "untold";
      readonly reason: string;
      /** Whether it holds two scales, one above the other: two exports in one file. */
      readonly isMixed?: boolean;
    };

/** What is known about a column when its scale is looked for. */
export interface ScaleQuestion {
  readonly field: string;
  readonly values: SortedValues;
  readonly unit: NamedUnit | undefined;
  /** Whether every known cell has a % sign, which leaves no doubt. */
  readonly isSigned?: boolean;
  /** How the file's other columns of the same kind are written, where that is known. */
  readonly sisters?: "share" | "percent" | undefined;
}

/** This much of a column must lie where the unit has its values; the rest is unknown. */
const mostShare = 0.99;
/** Tempo trackers fail more often. */
const mostTempos = 0.95;
/** In so many values of a column that was percent, some end in 0. */
const enoughForTens = 100;

/** Finds the scale of a column of numbers for a feature, the popularity or the duration. */
export function decideScale(question: ScaleQuestion): ScaleVerdict {
  const { field, values } = question;
  if (values.length === 0) return { kind: "untold", reason: "no value is known" };
  if (field === "duration") return decideDuration(question);
  if (field === "loudness") return decideLoudness(question);
  const { unit, least, most } = field === "popularity" ? popularity : featureOf(field);
  if (unit === "0..1") return decideShare(question);
  const needed = field === "tempo" ? mostTempos : mostShare;
  if (shareWithin(values, least, most) >= needed) return scaled(field, 1);
  return untold(values, `${least} to ${most}${unit === "" ? "" : ` ${unit}`}`);
}

const popularity = { unit: "0..1", least: 0, most: 1 } as const;

function decideShare({ field, values, unit, sisters, isSigned }: ScaleQuestion): ScaleVerdict {
  const isFraction = shareWithin(values, 0, 1) >= mostShare;
  const isPercent = shareWithin(values, 0, 100) >= mostShare;
  const fractions = isFarFromWhole(values);
  if (isSigned === true && isPercent) return { ...scaled(field, 0.01), from: "percent" };
  const saysPercent = unit === "percent" || (sisters === "percent" && !fractions);
  if (saysPercent && isFraction && fractions) {
    return untold(values, "0 to 100, as its name says percent");
  }
  if (!isFraction && isPercent && holdsShares(values)) {
    const reason = "its scale cannot be told: some rows are 0 to 1 and others 0 to 100";
    return { kind: "untold", reason, isMixed: true };
  }
  if (saysPercent && isPercent) return asPercent(field, values);
  if (isFraction) return { ...scaled(field, 1), isSure: fractions };
  // Below 10 it may be a scale of ten steps as well, and fractions below 1 are another scale.
  const isWide = (valueAt(values, 1) ?? 0) > 10;
  const isMixed = fractions && shareWithin(values, 0, 1) > 0.2;
  if (!isPercent || !isWide || isMixed) return untold(values, "0 to 1 or 0 to 100");
  return asPercent(field, values);
}

/** So many of a hundred values below 1 are more than an even column of percent has. */
const mostBelowOne = 0.03;
/** In a column of whole percent each fraction below 1 is odd; so many are no slips. */
const mostOddShares = 0.01;
/** Where values crowd near 0, as acousticness does, as many lie below 1 as in the span above it. */
const span = 10 / 3;
const crowding = 1.5;
/** Where they crowd still more, as instrumentalness does, most are far below even that. */
const leastUpper = 0.25;

/**
 * Whether a column in percent has shares from 0 to 1 between: more fractions below 1 than its
 * values above 1 lead to expect.
 */
function holdsShares(values: SortedValues): boolean {
  const fractions = (above: number, below: number): number =>
    values.filter((value) => value > above && value < below && !Number.isInteger(value)).length;
  const belowOne = fractions(0, 1);
  if (belowOne > values.length * mostOddShares && fractions(1, Infinity) === 0) return true;
  if (belowOne <= values.length * mostBelowOne) return false;
  const nextSpan = values.filter((value) => value >= 1 && value < span).length;
  const upper = fractions(1 / span, 1);
  return upper > nextSpan * crowding && upper > belowOne * leastUpper;
}

function asPercent(field: string, values: SortedValues): ScaleVerdict {
  if (lacksTens(values, enoughForTens)) {
    return {
      kind: "untold",
      reason:
        "none of its whole numbers ends in 0: it seems to have lost its decimals (0.5 became 5)",
    };
  }
  return { ...scaled(field, 0.01), from: "percent", isSure: (valueAt(values, 1) ?? 0) > 10 };
}

/** Half of a catalogue is quieter than this; standardised values have their middle at 0. */
const loudestMiddleDb = -3;
/** Decibels without their sign; sound levels of 40 to 95 dB(A) are none of these. */
const unsignedDb = { most: 60, leastMiddle: 2, mostMiddle: 40 } as const;

/** dB below full scale; anything else that is called loudness is a feature of its own. */
function decideLoudness({ field, values, unit }: ScaleQuestion): ScaleVerdict {
  const { least, most } = featureOf(field);
  if (unit === "lufs") return decideScale({ field: "loudness_ebu128", values, unit: undefined });
  const middle = valueAt(values, 0.5) ?? Number.NaN;
  const isUnsigned = shareWithin(values, 0, Infinity) >= mostShare;
  if (isUnsigned && shareWithin(values, 0, 1) >= mostShare && unit !== "db") {
    return scaled("average_loudness", 1);
  }
  const hasUnsignedMiddle = middle >= unsignedDb.leastMiddle && middle <= unsignedDb.mostMiddle;
  if (hasUnsignedMiddle && shareWithin(values, 0, unsignedDb.most) >= mostShare) {
    return scaled("loudness_positive", 1);
  }
  if (isUnsigned || middle > loudestMiddleDb) {
    return untold(values, `${least} to ${most} dB, with half below ${loudestMiddleDb} dB`);
  }
  if (shareWithin(values, least, most) >= mostShare) return scaled(field, 1);
  return untold(values, `${least} to ${most} dB`);
}

const secondsPer = { ms: 0.001, s: 1, min: 60 } as const;
/** Half of a catalogue's songs last longer than this, and half less, in seconds. */
const usualSong = { least: 20, most: 1500 } as const;

function decideDuration({ field, values, unit }: ScaleQuestion): ScaleVerdict {
  const middle = valueAt(values, 0.5) ?? Number.NaN;
  const fitting = (["ms", "s", "min"] as const).filter((one) => {
    const seconds = middle * secondsPer[one];
    return seconds >= usualSong.least && seconds <= usualSong.most;
  });
  // 20 to 25 fits seconds and minutes: a name decides, else nobody.
  const named = fitting.find((one) => one === unit);
  const only = fitting.length === 1 ? fitting[0] : undefined;
  const found = unit === undefined || unit === "other" ? only : named;
  if (found === undefined) return untold(values, "20 to 1500 s in the middle, in ms, s or min");
  return { ...scaled(field, secondsPer[found]), ...(found === "s" ? {} : { from: found }) };
}

function scaled(field: string, factor: number): ScaleVerdict & { readonly kind: "scaled" } {
  return { kind: "scaled", field, factor, isSure: true };
}

function untold(values: SortedValues, expected: string): ScaleVerdict {
  const from = shortNumber(values[0] ?? Number.NaN);
  const to = shortNumber(values.at(-1) ?? Number.NaN);
  return {
    kind: "untold",
    reason: `its scale cannot be told: ${from} to ${to}, expected ${expected}`,
  };
}

/** Four digits are enough for people. */
export function shortNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}
