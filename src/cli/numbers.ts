/** A number as people read it: 1,234,567. */
export function count(value: number): string {
  return value.toLocaleString("en");
}

/**
 * A number of things: "1 song", "1,930 songs".
 *
 * @param one the noun for one of them; others get an "s"
 */
export function countOf(value: number, one: string): string {
  return `${count(value)} ${one}${value === 1 ? "" : "s"}`;
}
