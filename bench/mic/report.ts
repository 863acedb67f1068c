/** Prints one figure as one line of JSON. */
export function report(
  figure: string,
  value: number,
  details: { readonly unit: string; readonly [detail: string]: unknown },
): void {
  const rounded = Number(value.toPrecision(4));
  console.log(JSON.stringify({ bench: "mic", figure, value: rounded, ...details }));
}
