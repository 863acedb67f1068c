/** Prints one figure as one line of JSON. */
export function reportFigure(
  bench: string,
  figure: string,
  {
    value,
    unit,
    ...details
  }: { readonly value: number; readonly unit: string; [detail: string]: unknown },
): void {
  const rounded = Number(value.toPrecision(4));
  console.log(JSON.stringify({ bench, figure, value: rounded, unit, ...details }));
}
