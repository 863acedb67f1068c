import { reportFigure } from "../figure.js";

/** Prints one figure of the microphone's benches. */
export function report(
  figure: string,
  value: number,
  details: { readonly unit: string; readonly [detail: string]: unknown },
): void {
  reportFigure("mic", figure, { value, ...details });
}
