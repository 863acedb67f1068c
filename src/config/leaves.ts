import type { SchemaObj } from "convict";

/** What a value in text form (environment, flag) is turned into before it is checked. */
type Kind = "flag" | "number" | "text" | "list" | "table";

/** One configuration key: a convict schema entry with what a person needs to know about it. */
export interface Leaf<Value> extends SchemaObj<Value> {
  readonly kind: Kind;
  /** What is accepted, as the second half of "expected …, got …". */
  readonly allowed: string;
  readonly accepts: (value: unknown) => boolean;
  /** What is wrong inside a value that is not accepted, where `allowed` is too little to find it. */
  readonly explain?: (value: unknown) => string | undefined;
  readonly unit?: string;
  /** The environment variable that sets the key. */
  readonly env: string;
}

interface LeafBasics<Value> {
  readonly doc: string;
  readonly default: Value;
  readonly env: string;
  readonly unit?: string;
}

type Check = Pick<Leaf<unknown>, "kind" | "allowed" | "accepts" | "explain">;

/** `true` or `false`. */
export function flag(basics: LeafBasics<boolean>): Leaf<boolean> {
  return leaf(basics, {
    kind: "flag",
    allowed: "true or false",
    accepts: (value) => typeof value === "boolean",
  });
}

/** A whole number within a closed range. */
export function integer(
  basics: LeafBasics<number> & { readonly min: number; readonly max: number },
): Leaf<number> {
  const { min, max, ...rest } = basics;
  return leaf(rest, {
    kind: "number",
    allowed: `a whole number from ${min} to ${max}`,
    accepts: (value) => Number.isInteger(value) && isWithin(value, min, max),
  });
}

/** A number within a closed range. */
export function decimal(
  basics: LeafBasics<number> & { readonly min: number; readonly max: number },
): Leaf<number> {
  const { min, max, ...rest } = basics;
  return leaf(rest, {
    kind: "number",
    allowed: `a number from ${min} to ${max}`,
    accepts: (value) => isWithin(value, min, max),
  });
}

/** One out of a fixed list of words. */
export function choice<Word extends string>(
  basics: LeafBasics<Word> & { readonly words: readonly Word[] },
): Leaf<Word> {
  const { words, ...rest } = basics;
  return leaf(rest, {
    kind: "text",
    allowed: `one of ${words.join(", ")}`,
    accepts: (value) => words.some((word) => word === value),
  });
}

/** A text that a predicate accepts. */
export function text(
  basics: LeafBasics<string> & {
    readonly allowed: string;
    readonly accepts: (value: string) => boolean;
  },
): Leaf<string> {
  const { allowed, accepts, ...rest } = basics;
  return leaf(rest, {
    kind: "text",
    allowed,
    accepts: (value) => typeof value === "string" && accepts(value),
  });
}

/** A text that need not be there; the empty text stands for "not set". */
export function optionalText(
  basics: Omit<LeafBasics<string>, "default"> & {
    readonly allowed: string;
    readonly accepts?: (value: string) => boolean;
    readonly sensitive?: boolean;
  },
): Leaf<string> {
  const { allowed, accepts = () => true, sensitive = false, ...rest } = basics;
  const result = leaf(
    { ...rest, default: "" },
    {
      kind: "text",
      allowed,
      accepts: (value) => typeof value === "string" && (value === "" || accepts(value)),
    },
  );
  return { ...result, sensitive };
}

/** A list of texts, comma-separated in the environment and in flags. */
export function list(
  basics: LeafBasics<readonly string[]> & {
    readonly allowed: string;
    readonly accepts: (value: string) => boolean;
  },
): Leaf<readonly string[]> {
  const { allowed, accepts, ...rest } = basics;
  return leaf(rest, {
    kind: "list",
    allowed,
    accepts: (value) =>
      Array.isArray(value) && value.every((item) => typeof item === "string" && accepts(item)),
  });
}

/** A table of free names, JSON in the environment and in flags. */
export function table(
  basics: LeafBasics<Readonly<Record<string, unknown>>> & {
    readonly allowed: string;
    /** What is wrong with a table, without secrets; `undefined` when nothing is. */
    readonly findFault?: (value: object) => string | undefined;
    readonly sensitive?: boolean;
  },
): Leaf<Readonly<Record<string, unknown>>> {
  const { allowed, findFault = () => {}, sensitive = false, ...rest } = basics;
  const isTable = (value: unknown): value is object =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  const result = leaf(rest, {
    kind: "table",
    allowed,
    accepts: (value) => isTable(value) && findFault(value) === undefined,
    explain: (value) => (isTable(value) ? findFault(value) : undefined),
  });
  // convict takes a value with keys for a branch of the schema unless its format says otherwise.
  return { ...result, sensitive, format: Object };
}

function leaf<Value>(basics: LeafBasics<Value>, check: Check): Leaf<Value> {
  return {
    ...basics,
    ...check,
    format(value: unknown) {
      if (!check.accepts(value)) throw new Error(`expected ${check.allowed}`);
    },
  };
}

function isWithin(value: unknown, min: number, max: number): boolean {
  return typeof value === "number" && value >= min && value <= max;
}
