import { parseArgs } from "node:util";
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
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (cause) {
    throw new EarshotError("bad_usage", messageOf(cause), { cause });
  }
}
