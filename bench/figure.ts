/** A figure's value with its unit, and whatever says what was measured. */
export interface FigureDetails {
  readonly value: number;
  readonly unit: string;
  readonly [detail: string]: unknown;
}

/** Prints one figure as one line of JSON. */
export function reportFigure(bench: string, figure: string, details: FigureDetails): void {
  const { value, unit, ...rest } = details;
  const rounded = Number(value.toPrecision(4));
  console.log(JSON.stringify({ bench, figure, value: rounded, unit, ...rest }));
}

/** The middle value; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  const lower = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}
