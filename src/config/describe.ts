import type { LoadedConfig } from "./load.js";
import { configLeaves } from "./schema.js";

/** One line of `earshot config`. */
export interface DescribedSetting {
  readonly key: string;
  /** The effective value; a secret that is set is shown as `***`. */
  readonly value: unknown;
  readonly source: string;
  readonly env: string;
  readonly doc: string;
}

/** The effective configuration, key by key in the schema's order, secrets hidden. */
export function describeConfig(loaded: LoadedConfig): readonly DescribedSetting[] {
  return [...configLeaves()].map(([key, leaf]) => ({
    key,
    value: hide(valueAt(loaded.config, key), leaf.sensitive === true),
    source: loaded.sources.get(key) ?? "default",
    env: leaf.env,
    doc: leaf.doc ?? "",
  }));
}

function hide(value: unknown, isSecret: boolean): unknown {
  return isSecret && !isEmpty(value) ? "***" : value;
}

function isEmpty(value: unknown): boolean {
  return value === "" || (typeof value === "object" && Object.keys(value ?? {}).length === 0);
}

function valueAt(config: object, key: string): unknown {
  let value: unknown = config;
  for (const name of key.split(".")) {
    value = typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
  }
  return value;
}
