/**
 * The similarity of two songs, 0 to 1, from their distance in robust standard deviations.
 *
 * 1 is the same vector, 0.5 lies one standard deviation away, and 0 is never reached.
 */
export function similarityOf(distance: number): number {
  return 1 / (1 + distance);
}
