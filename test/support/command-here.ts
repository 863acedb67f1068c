import { PassThrough } from "node:stream";
import { runProgram } from "../../src/cli/program.js";
import type { CommandResult } from "./node-process.js";

/**
 * Runs a command of the program in this process; it sees no terminal.
 *
 * @param options.stopAt what it is stopped for, as soon as it has printed some words among its errors
 */
export async function runHere(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  options: { readonly stopAt?: { readonly printed: string; readonly reason: unknown } } = {},
): Promise<CommandResult> {
  const printed = { stdout: "", stderr: "" };
  const stop = new AbortController();
  const code = await runProgram({
    args,
    env: onlyEarshot(env),
    signal: stop.signal,
    terminal: {
      write: (text) => {
        printed.stdout += text;
      },
      writeError: (line) => {
        printed.stderr += `${line}\n`;
        const { stopAt } = options;
        if (stopAt !== undefined && line.includes(stopAt.printed)) stop.abort(stopAt.reason);
      },
      isInteractive: false,
      isColoured: false,
      isLogTerminal: false,
      isLogColoured: false,
      columns: 100,
      input: new PassThrough(),
    },
  });
  return { code, ...printed };
}

/** What else is in there, such as PATH, would be ignored here: better not to hand it on. */
export function onlyEarshot(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith("EARSHOT_")));
}
