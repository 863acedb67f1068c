import convict from "convict";
import { EarshotError } from "../errors.js";
import { configSchema, type Config, configLeaves } from "./schema.js";
import type { Leaf } from "./leaves.js";
import { findNearest } from "./nearest-key.js";
import {
  type ConfigLayer,
  environmentLayer,
  fileLayer,
  flagLayer,
  type RawSetting,
} from "./layers.js";

/** Everything outside the program that has a say in the configuration. */
export interface ConfigInputs {
  /** The environment of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Flags by dotted key: `{ "broker.port": "1884" }`. */
  readonly flags: Readonly<Record<string, string>>;
  /** The file that `--config` names; it wins over `EARSHOT_CONFIG`. */
  readonly configFile?: string | undefined;
}

/** The effective configuration and where each value came from. */
export interface LoadedConfig {
  readonly config: Config;
  /** By dotted key: `default`, `<file>`, `EARSHOT_…` or `--key`. */
  readonly sources: ReadonlyMap<string, string>;
  /** The file that was read, if one was. */
  readonly file: string | undefined;
}

/**
 * Reads the configuration: defaults, file, environment, flags; the later wins.
 *
 * @throws EarshotError `bad_config` with one line for each unknown key and each wrong value: the
 *   key, the value (secrets hidden), where it came from and what is allowed
 */
export function loadConfig(inputs: ConfigInputs): LoadedConfig {
  // Empty is how Compose and systemd hand over a variable that nobody has set.
  const file = fileLayer(inputs.configFile ?? (inputs.env["EARSHOT_CONFIG"] || undefined));
  const layers: readonly ConfigLayer[] = [
    file,
    environmentLayer(inputs.env),
    flagLayer(inputs.flags),
  ];
  const leaves = configLeaves();
  const merged = convict<Config>(configSchema, { env: {}, args: [] });
  const sources = new Map<string, string>();
  for (const key of leaves.keys()) sources.set(key, "default");
  const problems = layers.flatMap((layer) => layer.problems);
  for (const setting of layers.flatMap((layer) => layer.settings)) {
    const problem = applySetting(merged, leaves.get(setting.key), setting);
    if (problem === undefined) sources.set(setting.key, setting.source);
    else problems.push(problem);
  }
  if (problems.length > 0) throw new EarshotError("bad_config", problems.join("\n"));
  merged.validate({ allowed: "strict" });
  return { config: merged.getProperties(), sources, file: file.path };
}

function applySetting(
  merged: convict.Config<Config>,
  leaf: Leaf<unknown> | undefined,
  setting: RawSetting,
): string | undefined {
  const where = `(from ${setting.source})`;
  if (leaf === undefined) {
    const near = findNearest(setting.key, [...configLeaves().keys()]);
    const hint = near === undefined ? "`earshot config` lists all keys" : `did you mean ${near}?`;
    return `${setting.key}: there is no such key ${where}; ${hint}`;
  }
  const value = setting.typed ? scalarToText(leaf, setting.value) : parse(leaf, setting.value);
  if (!leaf.accepts(value)) {
    const fault = leaf.explain?.(value);
    if (fault !== undefined) return `${setting.key}.${fault} ${where}`;
    return `${setting.key}: expected ${leaf.allowed}, got ${showRefused(leaf, setting.value)} ${where}`;
  }
  // The path type of convict cannot be computed from a string that is only known at run time.
  merged.load(nest(setting.key, value));
  return undefined;
}

/** An "@" may follow a password in a URL, also in one that is no URL because it is misspelt. */
function showRefused(leaf: Leaf<unknown>, value: unknown): string {
  // JSON has no word for .nan and .inf.
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return leaf.sensitive === true || text.includes("@") ? "a hidden value" : text;
}

/** YAML reads `version: 5` as a number and `pretty: true` as a flag; the keys hold words. */
function scalarToText(leaf: Leaf<unknown>, value: unknown): unknown {
  const isScalar = typeof value === "number" || typeof value === "boolean";
  return leaf.kind === "text" && isScalar ? String(value) : value;
}

/** Turns a text (environment, flag) into what the key holds; leaves it as it is when it cannot. */
function parse(leaf: Leaf<unknown>, value: unknown): unknown {
  if (typeof value !== "string") return value;
  switch (leaf.kind) {
    case "flag":
      return { true: true, false: false }[value.toLowerCase()] ?? value;
    case "number":
      return /^[+-]?(?:\d+\.?\d*|\.\d+)$/u.test(value) ? Number(value) : value;
    case "list":
      return value === "" ? [] : value.split(",").map((item) => item.trim());
    case "table":
      return parseJson(value);
    case "text":
    default:
      return value;
  }
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

function nest(key: string, value: unknown): object {
  const [last = key, ...outer] = key.split(".").toReversed();
  return outer.reduce<object>((inner, name) => ({ [name]: inner }), { [last]: value });
}
