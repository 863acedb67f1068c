/** The known numbers of a column's sample in ascending order. */
export type SortedValues = Float64Array;

/** Sorts numbers; NaN is left out. */
export function sortValues(numbers: Iterable<number>): SortedValues {
  return Float64Array.from(numbers)
    .filter((value) => !Number.isNaN(value))
    .sort();
}

/** The share of values in [least, most]; 0 of none. */
export function shareWithin(values: SortedValues, least: number, most: number): number {
  let within = 0;
  for (const value of values) if (value >= least && value <= most) within += 1;
  return values.length === 0 ? 0 : within / values.length;
}

/** The value below which a share of the others lies; 1 gives the greatest. */
export function valueAt(values: SortedValues, share: number): number | undefined {
  return values[Math.min(values.length - 1, Math.floor(values.length * share))];
}

/** Whether more than a few of the values are no whole numbers. */
export function isFarFromWhole(values: SortedValues): boolean {
  let fractions = 0;
  for (const value of values) if (!Number.isInteger(value)) fractions += 1;
  return fractions > values.length * 0.02;
}

/**
 * Whether whole numbers, enough of them that a tenth should end in 0, hold none that does: so look
 * decimals whose point was lost on the way, because 0.5 became 5 and 0.50 is not written.
 */
export function lacksTens(values: SortedValues, enough: number): boolean {
  let whole = 0;
  for (const value of values) {
    if (!Number.isInteger(value)) return false;
    if (value === 0 || value === 100) continue;
    if (value % 10 === 0) return false;
    whole += 1;
  }
  return whole >= enough;
}
