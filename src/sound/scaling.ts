/** Where the middle of a column lies and how wide it is, in the column's own unit. */
export interface ColumnScale {
  readonly centre: number;
  /** The robust standard deviation; always above 0. */
  readonly spread: number;
}

/** Why a column cannot tell songs apart. */
export type DropReason = "unknown" | "constant";

/** A column's scale, or why it has none. */
export type ColumnFit =
  | { readonly kind: "scaled"; readonly scale: ColumnScale }
  | { readonly kind: "dropped"; readonly reason: DropReason };

/** For normally distributed values, standard deviation = 1.4826 × MAD. */
const stdPerMad = 1.4826;
/** The same for the distance between the quartiles, and between the 5th and 95th percentiles. */
const stdPerIqr = 1 / 1.349;
const stdPerP90 = 1 / 3.29;

/**
 * A MAD below this share of the column's wider measure describes a spike, not the column: most
 * songs have an instrumentalness of about 0, and their MAD would make every other value an
 * outlier.
 */
const spikeShare = 0.25;

/** Standardised values are cut here, so that one broken measurement cannot outweigh the rest. */
const clampSpreads = 4;

/**
 * Measures the centre (median) and the spread (robust standard deviation) of a column.
 *
 * The spread is 1.4826 × MAD; where that is 0 or a mere spike, it comes from the interquartile
 * range, then from the 5th to the 95th percentile. All of these bear wild values; the plain
 * standard deviation is left for columns that are constant but for a few values.
 *
 * @param values in any order; NaN is unknown and left out
 */
export function fitColumn(values: Float32Array): ColumnFit {
  const known = values.filter((value) => Number.isFinite(value)).sort();
  if (known.length === 0) return { kind: "dropped", reason: "unknown" };
  if (known.at(0) === known.at(-1)) return { kind: "dropped", reason: "constant" };
  return {
    kind: "scaled",
    scale: { centre: quantile(known, 0.5), spread: robustSpread(known) },
  };
}

/**
 * A value in robust standard deviations from the centre, cut at ±4; 0 when it is unknown (NaN),
 * which is the median.
 */
export function standardise(value: number, scale: ColumnScale): number {
  if (Number.isNaN(value)) return 0;
  const spreads = (value - scale.centre) / scale.spread;
  return Math.max(-clampSpreads, Math.min(clampSpreads, spreads));
}

function robustSpread(sorted: Float32Array): number {
  const median = quantile(sorted, 0.5);
  const deviations = sorted.map((value) => Math.abs(value - median)).sort();
  const fromMad = quantile(deviations, 0.5) * stdPerMad;
  const fromIqr = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) * stdPerIqr;
  const fromP90 = (quantile(sorted, 0.95) - quantile(sorted, 0.05)) * stdPerP90;
  const leastSpread = fromP90 * spikeShare;
  for (const spread of [fromMad, fromIqr, fromP90]) {
    if (spread > leastSpread) return spread;
  }
  return standardDeviation(sorted);
}

/** The value below which a share of a sorted column lies, between two values by proportion. */
function quantile(sorted: Float32Array, share: number): number {
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  return low + (high - low) * (position - below);
}

function standardDeviation(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / values.length);
}
