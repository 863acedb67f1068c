import { decideScale, type ScaleQuestion, type ScaleVerdict } from "./scale.js";
import { sortValues } from "./sorted-values.js";

/** How the number columns are scaled beyond the rows from which they were understood. */
export type ScaleContext = Omit<ScaleQuestion, "values">;

/** A scale that is found as the values come. */
export interface LateScale {
  /** Brings a number into the field's unit; NaN as long as the scale is not known. */
  readonly scale: (value: number) => number;
  /** How many numbers were not understood. */
  readonly pending: () => number;
}

/** Each time that so many numbers are together, the scale is looked for. */
const firstLook = 50;
/** No more are kept; a scale that these do not tell is told by none. */
const mostKept = 10_000;

/**
 * Finds the scale of a column that begins with nothing but zeros by what follows. Zeros are zeros
 * on every scale; the first other values are unknown until there are enough of them.
 */
export function createLateScale(context: ScaleContext): LateScale {
  const kept: number[] = [];
  let nextLook = firstLook;
  let pending = 0;
  let factor: number | undefined;
  const look = (): void => {
    nextLook *= 2;
    const verdict = decideScale({ ...context, values: sortValues(kept) });
    if (verdict.kind === "scaled" && verdict.isSure && verdict.field === context.field) {
      factor = verdict.factor;
    }
  };
  return {
    scale(value) {
      if (value === 0 || Number.isNaN(value)) return value;
      if (factor !== undefined) return scaledBy(value, factor);
      pending += 1;
      if (kept.length < mostKept) kept.push(value);
      if (kept.length === nextLook) look();
      return factor === undefined ? Number.NaN : scaledBy(value, factor);
    },
    pending: () => pending,
  };
}

/**
 * Creates the judge of a block of rows: whether its numbers, taken alone, would be understood
 * otherwise than the column was.
 *
 * @param verdict how the column is read
 */
export function createScaleJudge(
  context: ScaleContext,
  { field, factor }: Pick<ScaleVerdict & { readonly kind: "scaled" }, "field" | "factor">,
): (block: Float64Array) => boolean {
  return (block) => {
    const values = sortValues(block.map((value) => unscaled(value, factor)));
    if (values[0] === 0 && values.at(-1) === 0) return false;
    const alone = decideScale({ ...context, values });
    if (alone.kind === "untold") return alone.isMixed === true;
    return alone.isSure && (alone.factor !== factor || alone.field !== field);
  };
}

/** 0.7 and not 0.7000000000000001: division by a whole number is exact where the product is not. */
export function scaledBy(value: number, factor: number): number {
  return factor < 1 ? value / Math.round(1 / factor) : value * factor;
}

/** Back to what the file says, so that 57 percent are a whole number again. */
function unscaled(value: number, factor: number): number {
  return factor === 1 ? value : Number((value / factor).toPrecision(12));
}
