import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseYaml } from "yaml";
import { EarshotError, fileReasonOf } from "../errors.js";
import { programRoot } from "../program.js";
import { configLeaves } from "./schema.js";

/** One value as it was found, before it is checked. */
export interface RawSetting {
  /** Dotted key; may be unknown to the schema. */
  readonly key: string;
  readonly value: unknown;
  /** Where it was found, for people. */
  readonly source: string;
  /** Whether the value has a type already (YAML), or is a text that must be parsed. */
  readonly typed: boolean;
}

/** What one source of configuration had to say. */
export interface ConfigLayer {
  readonly settings: readonly RawSetting[];
  /** Lines about what could not be read at all. */
  readonly problems: string[];
  readonly path?: string;
}

/** The file that is read when neither `--config` nor `EARSHOT_CONFIG` names one. */
export const defaultConfigFile = join(programRoot, "config", "earshot.yaml");

const maxSecretBytes = 64 * 1024;

/**
 * Reads the YAML file; the default one may be absent.
 *
 * @throws EarshotError `bad_config` when a named file cannot be read or a file is not YAML
 */
export function fileLayer(named: string | undefined): ConfigLayer {
  const path = named ?? defaultConfigFile;
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    if (named === undefined) return { settings: [], problems: [] };
    throw new EarshotError(
      "bad_config",
      `the configuration file ${path} cannot be read: ${fileReasonOf(cause)}; name another one with --config or EARSHOT_CONFIG`,
      { cause },
    );
  }
  const settings: RawSetting[] = [];
  const problems: string[] = [];
  flatten(parseFile(path, text), "", {
    onValue: (key, value) => {
      const isThere = settings.some((setting) => setting.key === key);
      if (isThere) problems.push(`${key}: it has two values in ${path}; take one of them out`);
      else settings.push({ key, value, source: path, typed: true });
    },
    onNoTable: (key, example, value) => {
      const got = `got ${kindOf(value)} (from ${path})`;
      problems.push(`${key}: expected keys below it, such as ${example}, ${got}`);
    },
  });
  return { settings, problems, path };
}

function parseFile(path: string, text: string): object {
  let content: unknown;
  try {
    content = parseYaml(text, { maxAliasCount: 10 });
  } catch (cause) {
    // What follows the first line is the place in the file, which may hold a password.
    const [reason = ""] = (cause instanceof Error ? cause.message : "").split("\n");
    throw new EarshotError(
      "bad_config",
      `${path} is not YAML: ${reason.replace(/:$/u, "")}; set that place right`,
      { cause },
    );
  }
  if (content === null || content === undefined) return {};
  if (typeof content === "object" && !Array.isArray(content)) return content;
  throw new EarshotError(
    "bad_config",
    `${path}: expected keys and values, such as broker.port: 1884, got ${kindOf(content)}`,
  );
}

interface Findings {
  readonly onValue: (key: string, value: unknown) => void;
  /** A value stands where keys belong; `example` is one of them. */
  readonly onNoTable: (key: string, example: string, value: unknown) => void;
}

function flatten(branch: object, prefix: string, findings: Findings): void {
  const keys = [...configLeaves().keys()];
  for (const [name, value] of Object.entries(branch) as [string, unknown][]) {
    const key = prefix === "" ? name : `${prefix}.${name}`;
    const example = keys.find((known) => known.startsWith(`${key}.`));
    if (example === undefined) findings.onValue(key, value);
    // `mic:` with nothing below it is an empty section, not a value.
    else if (value === null) continue;
    else if (typeof value === "object" && !Array.isArray(value)) flatten(value, key, findings);
    else findings.onNoTable(key, example, value);
  }
}

/** What a value is, without showing it: it may be a password in the wrong place. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return typeof value === "string" ? "a text" : `a ${typeof value}`;
}

/**
 * Reads `EARSHOT_…` variables; `EARSHOT_…_FILE` names a file that holds a secret.
 *
 * A variable that begins with `EARSHOT_` and belongs to no key is reported, because it is most
 * likely misspelt.
 */
export function environmentLayer(env: Readonly<Record<string, string | undefined>>): ConfigLayer {
  const settings: RawSetting[] = [];
  const problems: string[] = [];
  const known = new Set(["EARSHOT_CONFIG"]);
  for (const [key, leaf] of configLeaves()) {
    known.add(leaf.env);
    const value = env[leaf.env];
    if (value !== undefined) settings.push({ key, value, source: leaf.env, typed: false });
    if (leaf.sensitive !== true) continue;
    const fileVariable = `${leaf.env}_FILE`;
    known.add(fileVariable);
    const path = env[fileVariable];
    if (path === undefined) continue;
    try {
      settings.push({ key, value: readSecret(path), source: fileVariable, typed: false });
    } catch (error) {
      problems.push(
        `${key}: cannot read the file that ${fileVariable} names: ${fileReasonOf(error)}`,
      );
    }
  }
  for (const name of Object.keys(env)) {
    if (name.startsWith("EARSHOT_") && !known.has(name)) {
      problems.push(
        `${name}: no key belongs to this environment variable; \`earshot config\` lists all`,
      );
    }
  }
  return { settings, problems };
}

/** Reads flags of the form `--broker.port 1884`. */
export function flagLayer(flags: Readonly<Record<string, string>>): ConfigLayer {
  const settings = Object.entries(flags).map(([key, value]) => ({
    key,
    value,
    source: `--${key}`,
    typed: false,
  }));
  return { settings, problems: [] };
}

function readSecret(path: string): string {
  const text = readFileSync(path, "utf8");
  if (text.length > maxSecretBytes)
    throw new Error(`${path} is larger than ${maxSecretBytes} bytes`);
  return text.replace(/\r?\n$/u, "");
}
