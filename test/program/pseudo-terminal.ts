import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { programRoot } from "../../src/program.js";
import { needProgram } from "../support/needed-program.js";

/** The real program in a real pseudo-terminal of 100 columns, without colours. */
export interface PseudoTerminal {
  /** Types at the keyboard. */
  type(keys: string): void;
  /** Waits until a text is shown, after whatever was awaited before; gives what came up to it. */
  shown(text: string): Promise<string>;
  /** Its exit code, once it has ended. */
  ended(): Promise<number | null>;
  /** All that was shown, with the terminal's settings (`stty -a`) after the program at the end. */
  all(): string;
}

export const keys = { enter: "\r", ctrlC: "\u0003", ctrlD: "\u0004" } as const;

/** Runs a command in a pseudo-terminal; of util-linux. */
const terminalProgram = "script";
const waitMs = 15_000;

/** Skips a test where `script` of util-linux is not installed, unless the check demands it. */
export function needScript(t: TestContext): boolean {
  return needProgram(t, terminalProgram, "script");
}

/** Starts a command of the program; it ends with the test. */
export function startInTerminal(
  t: TestContext,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): PseudoTerminal {
  const program = [process.execPath, join(programRoot, "dist", "src", "main.js"), ...args];
  const command = program.map((word) => `'${word}'`).join(" ");
  // The shell waits for the program when Ctrl-C is a signal to both.
  const line = `trap : INT; stty cols 100 rows 40; ${command}; code=$?; stty -a; exit $code`;
  const child = spawn(terminalProgram, ["-qfec", line, "/dev/null"], {
    env: { ...env, NO_COLOR: "1" },
  });
  const exit = once(child, "close");
  t.after(() => child.kill("SIGKILL"));
  let text = "";
  let seen = 0;
  let check = (): void => {};
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    check();
  });
  return {
    type: (typed) => child.stdin.write(typed),
    all: () => text,
    async ended() {
      await exit;
      return child.exitCode;
    },
    shown: (wanted) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          reject(new Error(`"${wanted}" was not shown within ${waitMs} ms; shown: ${text}`));
        }, waitMs);
        check = () => {
          const at = text.indexOf(wanted, seen);
          if (at === -1) return;
          clearTimeout(timer);
          const before = text.slice(seen, at);
          seen = at + wanted.length;
          resolve(before);
        };
        check();
      }),
  };
}
