import type { ParseArgsConfig } from "node:util";
import type { LoadedConfig } from "../config/load.js";

/** Where a command writes; standard output is for results, standard error for everything else. */
export interface Terminal {
  /** Writes text to standard output as it is. */
  write(text: string): void;
  /** Writes one line to standard error. */
  writeError(line: string): void;
  /** Whether standard output is a terminal that a person looks at. */
  readonly isInteractive: boolean;
  /** Whether colours are wanted on standard output. */
  readonly isColoured: boolean;
  /** Whether standard error, where the log goes, is a terminal that a person looks at. */
  readonly isLogTerminal: boolean;
  /** Whether colours are wanted on standard error. */
  readonly isLogColoured: boolean;
  /** The width of the terminal in columns, as it is now. */
  readonly columns: number;
  /** Standard input; `isTTY` where a person types. Not touched before it is needed. */
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
}

/** What flags a command has, in the form of `node:util`'s `parseArgs`. */
export type FlagDefinitions = NonNullable<ParseArgsConfig["options"]>;

/** A command's own flags by name; those that may be repeated are lists. */
export type CommandFlags = Readonly<
  Record<string, string | boolean | readonly (string | boolean)[] | undefined>
>;

/** One call of a command, as the arguments say. */
export interface CommandCall {
  /** What follows the command's name and is no flag. */
  readonly positionals: readonly string[];
  /** The command's own flags by name. */
  readonly flags: CommandFlags;
  readonly loaded: LoadedConfig;
  readonly terminal: Terminal;
  /** Aborted by SIGINT, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal;
}

/** A command of the program, `earshot <name>`. */
export interface Command {
  /** What `--help` prints: usage, flags, examples. */
  readonly help: string;
  /** Its own flags, beside `--help`, `--config` and the configuration's keys. */
  readonly flags: FlagDefinitions;
  /** Whether anything may follow its name that is no flag; without it that is wrong use. */
  readonly takesArguments?: boolean;
  /** Where nothing may follow: what somebody most likely meant who wrote something. */
  readonly argumentHint?: string;
  /** Whether it ends by itself when the signal comes; a command that does not is cut short. */
  readonly runsUntilStopped?: boolean | ((call: CommandCall) => boolean);
  /**
   * Imports what it needs itself, so that `--help` does not wait for it.
   *
   * @returns the exit code: 0 fine, 1 it failed
   * @throws EarshotError `bad_usage` or `bad_config` (exit code 2), any other (exit code 1)
   */
  run(call: CommandCall): Promise<number>;
}
