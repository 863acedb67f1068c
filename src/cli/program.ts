import { once } from "node:events";
import { EarshotError, messageOf } from "../errors.js";
import { programVersion } from "../program.js";
import type { Command, CommandCall, Terminal } from "./command.js";
import { isStopSignal } from "./stop-signal.js";

/** One line for the overview, and the way to the command itself. */
interface CommandEntry {
  readonly summary: string;
  /**
   * Loaded only when it is called: what `start` needs would slow `ask` down by a second on a Pi.
   * For the same reason a command's own file holds help and flags, and `run` imports the rest.
   */
  readonly load: () => Promise<Command>;
}

const commands: ReadonlyMap<string, CommandEntry> = new Map([
  [
    "start",
    {
      summary: "run the node: broker, ears and recommender",
      load: async () => (await import("./start.js")).startCommand,
    },
  ],
  [
    "ask",
    {
      summary: "ask for the songs that sound nearest to a title, or wait for a sound and be asked",
      load: async () => (await import("./ask.js")).askCommand,
    },
  ],
  [
    "watch",
    {
      summary: "show what happens, one line an event",
      load: async () => (await import("./watch.js")).watchCommand,
    },
  ],
  [
    "import",
    {
      summary: "make a song catalogue of your own files, and use it",
      load: async () => (await import("./import.js")).importCommand,
    },
  ],
  [
    "catalogue",
    {
      summary: "list, check, choose and remove the song catalogues of this node",
      load: async () => (await import("./catalogue.js")).catalogueCommand,
    },
  ],
  [
    "user",
    {
      summary: "say who may use the embedded broker: add, password, remove, list",
      load: async () => (await import("./user.js")).userCommand,
    },
  ],
  [
    "config",
    {
      summary: "print the effective configuration and where each value came from",
      load: async () => (await import("./config.js")).configCommand,
    },
  ],
  [
    "doctor",
    {
      summary: "check this machine, the node and the microphone, and say what to do",
      load: async () => (await import("./doctor.js")).doctorCommand,
    },
  ],
  [
    "healthcheck",
    {
      summary: "say whether the node is up (exit code 0) or not (1)",
      load: async () => (await import("./healthcheck.js")).healthcheckCommand,
    },
  ],
]);

/** The process as the program sees it. */
export interface ProgramCall {
  /** What follows the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  /** Aborted by a signal or a fault. */
  readonly signal: AbortSignal;
}

/**
 * Runs one command.
 *
 * @returns the exit code: 0 fine, 1 it failed, 2 wrong use; what went wrong is on standard error
 */
export async function runProgram(call: ProgramCall): Promise<number> {
  const [name, ...rest] = call.args;
  if (name === undefined) {
    const names = [...commands.keys()].join(", ");
    call.terminal.writeError(
      `earshot: a command is needed, one of ${names}; earshot --help tells more`,
    );
    return 2;
  }
  if (name === "help" || name === "--help" || name === "-h") {
    call.terminal.write(overview());
    return 0;
  }
  if (name === "--version" || name === "-v") {
    call.terminal.write(`${programVersion}\n`);
    return 0;
  }
  try {
    return await runCommand(await findCommand(name), rest, call);
  } catch (error) {
    for (const line of explain(error)) call.terminal.writeError(`earshot ${name}: ${line}`);
    return exitCodeOf(error);
  }
}

async function runCommand(
  command: Command,
  args: readonly string[],
  call: ProgramCall,
): Promise<number> {
  const { parseArguments } = await import("./arguments.js");
  const { positionals, flags, settings, configFile, wantsHelp } = parseArguments(
    args,
    command.flags,
  );
  if (wantsHelp) {
    call.terminal.write(`${command.help}\n`);
    return 0;
  }
  checkPositionals(command, positionals);
  const { loadConfig } = await import("../config/load.js");
  const loaded = loadConfig({ env: call.env, flags: settings, configFile });
  const { terminal, signal } = call;
  const commandCall = { positionals, flags, loaded, terminal, signal };
  try {
    const running = command.run(commandCall);
    if (endsItself(command, commandCall)) return await running;
    return await Promise.race([running, untilStopped(signal)]);
  } catch (error) {
    const { explainNoAccess } = await import("../storage/make-folder.js");
    throw explainNoAccess(error, loaded.config.data.dir);
  }
}

/** What is passed over would be missed: `npm start --broker.port 1884` hands on the number alone. */
function checkPositionals(
  { takesArguments = false, argumentHint = "--help tells what it takes" }: Command,
  [stray]: readonly string[],
): void {
  if (takesArguments || stray === undefined) return;
  throw new EarshotError(
    "bad_usage",
    `${JSON.stringify(stray)} means nothing here, where only flags may follow; ${argumentHint}`,
  );
}

function endsItself({ runsUntilStopped = false }: Command, call: CommandCall): boolean {
  return typeof runsUntilStopped === "function" ? runsUntilStopped(call) : runsUntilStopped;
}

/** Ends a command that does not look at the signal itself: Ctrl-C, or a fault. */
async function untilStopped(signal: AbortSignal): Promise<never> {
  if (!signal.aborted) await once(signal, "abort");
  if (isStopSignal(signal.reason)) throw new EarshotError("timeout", "interrupted");
  throw signal.reason;
}

async function findCommand(name: string): Promise<Command> {
  const entry = commands.get(name);
  if (entry !== undefined) return await entry.load();
  const names = [...commands.keys()].join(", ");
  throw new EarshotError("bad_usage", `there is no such command; expected one of ${names}`);
}

function overview(): string {
  const list = [...commands].map(([name, { summary }]) => `  ${name.padEnd(12)} ${summary}`);
  return `Earshot ${programVersion}: hears a room, and answers a song title with the songs that sound nearest.

Usage: earshot COMMAND [flags]

${list.join("\n")}

\`earshot COMMAND --help\` tells more about one of them.
`;
}

/** Several problems of a configuration are several lines; everything else is one. */
function explain(error: unknown): readonly string[] {
  return error instanceof EarshotError && error.code === "bad_config"
    ? error.message.split("\n")
    : [messageOf(error)];
}

function exitCodeOf(error: unknown): number {
  const isUse =
    error instanceof EarshotError && (error.code === "bad_usage" || error.code === "bad_config");
  return isUse ? 2 : 1;
}
