import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { CommandResult } from "../support/node-process.js";
import type { Cleanup } from "../support/temp-folder.js";

const commandsProcess = fileURLToPath(new URL("commands-process.js", import.meta.url));
const resultSchema = z.object({ code: z.int(), stdout: z.string(), stderr: z.string() });

/**
 * Starts one process for several commands of the program: a start of each would cost more than they.
 *
 * @param within what it is started with, as for `startNode`
 * @returns runs a command there
 */
export function startElsewhere(
  t: Cleanup,
  env: NodeJS.ProcessEnv,
  within: readonly string[],
): (args: readonly string[]) => Promise<CommandResult> {
  const [program, ...rest] = [...within, process.execPath, commandsProcess];
  const child = spawn(program, rest, { env, stdio: ["pipe", "pipe", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  const results = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return async (args) => {
    child.stdin.write(`${JSON.stringify(args)}\n`);
    const { value, done } = await results.next();
    assert.ok(done !== true, "the process goes on");
    return resultSchema.parse(JSON.parse(value));
  };
}
