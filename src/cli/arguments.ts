import { parseArgs } from "node:util";
import { findNearest } from "../config/nearest-key.js";
import { configLeaves } from "../config/schema.js";
import { EarshotError, messageOf } from "../errors.js";
import type { CommandFlags, FlagDefinitions } from "./command.js";

/** The arguments of one command, sorted. */
export interface ParsedArguments {
  readonly positionals: readonly string[];
  /** The command's own flags. */
  readonly flags: CommandFlags;
  /** Flags that are configuration keys, such as `broker.port`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly configFile: string | undefined;
  readonly wantsHelp: boolean;
}

/**
 * Sorts the arguments after the command's name.
 *
 * @throws EarshotError `bad_usage` for a flag that there is not, or one without its value
 */
export function parseArguments(args: readonly string[], own: FlagDefinitions): ParsedArguments {
  const keys = [...configLeaves().keys()];
  const options: FlagDefinitions = {
    ...Object.fromEntries(keys.map((key) => [key, { type: "string" as const }])),
    ...own,
    config: { type: "string" },
    help: { type: "boolean", short: "h" },
  };
  const { values, positionals } = parse(args, options);
  const settings: Record<string, string> = {};
  const flags: Record<string, CommandFlags[string]> = {};
  for (const [name, value] of Object.entries(values)) {
    if (Object.hasOwn(own, name)) flags[name] = value;
    else if (keys.includes(name) && typeof value === "string") settings[name] = value;
  }
  return {
    positionals,
    flags,
    settings,
    configFile: typeof values["config"] === "string" ? values["config"] : undefined,
    wantsHelp: values["help"] === true,
  };
}

function parse(args: readonly string[], options: FlagDefinitions) {
  const joined = joinNegatives(args, options);
  checkNames(joined, options);
  try {
    return parseArgs({ args: [...joined], options, allowPositionals: true, strict: true });
  } catch (cause) {
    throw new EarshotError("bad_usage", messageOf(cause), { cause });
  }
}

/** `--mic.thresholdDb -40`: `parseArgs` would take the number for another flag. */
function joinNegatives(args: readonly string[], options: FlagDefinitions): readonly string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1) ?? "";
    const takesText = before.startsWith("--") && options[before.slice(2)]?.type === "string";
    if (takesText && !joined.includes("--") && /^-\.?\d/u.test(arg)) {
      joined[joined.length - 1] = `${before}=${arg}`;
    } else joined.push(arg);
  }
  return joined;
}

/** `parseArgs` explains a wrong flag to programmers; a misspelt one needs the one that was meant. */
function checkNames(args: readonly string[], options: FlagDefinitions): void {
  const { tokens } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== "option" || Object.hasOwn(options, token.name)) continue;
    const near = findNearest(token.name, Object.keys(options));
    const hint = near === undefined ? "`earshot config` lists all keys" : `did you mean --${near}?`;
    throw new EarshotError("bad_usage", `there is no flag ${token.rawName}; ${hint}`);
  }
}
