/** Timbre of a segment in the Million Song Dataset: 12 numbers, the first of them its loudness. */
export const timbreWidth = 12;

/** Names as in `msd_genre_dataset.txt`, which holds the same figures. */
export const timbreColumns: readonly string[] = [
  ...Array.from({ length: timbreWidth }, (_, index) => `avg_timbre${index + 1}`),
  ...Array.from({ length: timbreWidth }, (_, index) => `var_timbre${index + 1}`),
];

/**
 * Mean and population variance of each of the 12 numbers over a song's segments.
 *
 * @param segments one segment after the other
 * @returns the 12 means, then the 12 variances; undefined when there is no segment
 */
export function summariseTimbre(segments: Float64Array): readonly number[] | undefined {
  const count = Math.floor(segments.length / timbreWidth);
  if (count === 0) return undefined;
  const means = Array<number>(timbreWidth).fill(0);
  const squares = Array<number>(timbreWidth).fill(0);
  // Welford's method: no loss of digits in long songs.
  for (let segment = 0; segment < count; segment++) {
    for (let index = 0; index < timbreWidth; index++) {
      const value = segments[segment * timbreWidth + index] ?? 0;
      const before = means[index] ?? 0;
      const mean = before + (value - before) / (segment + 1);
      means[index] = mean;
      squares[index] = (squares[index] ?? 0) + (value - before) * (value - mean);
    }
  }
  return [...means, ...squares.map((sum) => sum / count)];
}
