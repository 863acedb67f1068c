import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { cp, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { openAtStart } from "../../src/catalogue/starter.js";
import { programRoot } from "../../src/program.js";
import { recordLog } from "./logs.js";
import { violationMark } from "./record-contract.js";
import { type Cleanup, makeTempFolder } from "./temp-folder.js";

const mainFile = join(programRoot, "dist", "src", "main.js");
const recorder = new URL("record-contract.js", import.meta.url);
const onlineWithinMs = 20_000;

/** A node that runs, wherever it does. */
export interface NodePlace {
  /** Where its broker listens (or the external one that it uses). */
  readonly port: number;
  readonly dataDir: string;
  /** Environment for commands that are to find this node. */
  readonly env: NodeJS.ProcessEnv;
  /** All that it has logged so far, line by line as JSON. */
  readonly log: readonly string[];
}

/** The real program, running as a process of its own. */
export interface NodeProcess extends NodePlace {
  readonly child: ChildProcess;
  /** Its exit code, or the signal that ended it. */
  ended(): Promise<number | NodeJS.Signals>;
}

/** What a command printed and how it ended. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where the run of all tests has built the starter for them, once. */
export const starterVariable = "EARSHOT_TEST_STARTER";

/** A data folder with the starter catalogue; where it is not there already, built once a process. */
let prepared: Promise<string> | undefined;

/** Builds it; it is gone when this process has ended. */
export async function prepareData(): Promise<string> {
  const ready = process.env[starterVariable];
  if (ready !== undefined) return ready;
  const folder = await mkdtemp(join(tmpdir(), "earshot-test-"));
  process.once("exit", () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const starterCsv = join(programRoot, "data", "starter.csv");
  const catalogue = await openAtStart({ dataDir: folder, starterCsv, log: recordLog() });
  catalogue.close();
  return folder;
}

/** A folder of the test's own with the starter in it: building it anew takes half of a start. */
export async function copyPreparedData(t: Cleanup): Promise<string> {
  prepared ??= prepareData();
  const folder = await makeTempFolder(t);
  await cp(await prepared, folder, { recursive: true });
  return folder;
}

/** Settings that keep a test's node away from the machine's own. */
export async function isolatedEnv(
  t: Cleanup,
  extra: NodeJS.ProcessEnv,
): Promise<NodeJS.ProcessEnv> {
  return {
    PATH: process.env["PATH"],
    EARSHOT_DATA_DIR: extra["EARSHOT_DATA_DIR"] ?? (await makeTempFolder(t)),
    EARSHOT_NODE_ID: "test",
    EARSHOT_BROKER_PORT: "0",
    EARSHOT_MIC_ENABLED: "false",
    ...extra,
  };
}

/** The same for a node; its data folder has the starter catalogue unless `extra` names another one. */
export async function prepareEnv(t: Cleanup, extra: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const dataDir = extra["EARSHOT_DATA_DIR"] ?? (await copyPreparedData(t));
  return await isolatedEnv(t, { ...extra, EARSHOT_DATA_DIR: dataDir });
}

/**
 * Starts `earshot start` on a free port and waits until it is online; its data folder has the
 * starter catalogue unless `extra` names another one.
 *
 * @param within what it is started with, such as one of `connectTwoMachines`
 */
export async function startNode(
  t: Cleanup,
  extra: NodeJS.ProcessEnv = {},
  within: readonly string[] = [],
): Promise<NodeProcess> {
  const env = await prepareEnv(t, extra);
  const child = spawnProgram(["start"], within, {
    env: { NODE_OPTIONS: `--import ${recorder.href}`, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exit = once(child, "exit");
  t.after(async () => {
    child.kill("SIGKILL");
    await exit;
  });
  const log: string[] = [];
  const port = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`not online within ${onlineWithinMs} ms:\n${log.join("\n")}`));
    }, onlineWithinMs);
    readLines(child, (line) => {
      if (line.startsWith(violationMark)) failFile(line);
      log.push(line);
      const entry = parseEntry(line);
      if (entry?.msg.includes("is online") !== true) return;
      clearTimeout(timer);
      resolve(entry.broker?.port ?? 0);
    });
    child.once("exit", () => {
      clearTimeout(timer);
      reject(new Error(`it ended before it was online:\n${log.join("\n")}`));
    });
  });
  return {
    child,
    port,
    log,
    env,
    dataDir: env["EARSHOT_DATA_DIR"] ?? "",
    async ended() {
      await exit;
      return child.exitCode ?? child.signalCode ?? -1;
    },
  };
}

/** Runs one command of the program to its end; `within` as for `startNode`. */
export async function runCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  within: readonly string[] = [],
): Promise<CommandResult> {
  const child = spawnProgram(args, within, { env, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  await once(child, "close");
  return { code: child.exitCode ?? -1, stdout, stderr };
}

function spawnProgram(
  args: readonly string[],
  within: readonly string[],
  options: {
    readonly env: NodeJS.ProcessEnv;
    readonly stdio: ["ignore", "pipe", "pipe"];
  },
) {
  const [program = process.execPath, ...rest] = [...within, process.execPath, mainFile, ...args];
  return spawn(program, rest, options);
}

/** A message of a node that the contract does not know: see record-contract.ts. */
function failFile(violation: string): void {
  process.stderr.write(`${violation}\n`);
  process.once("exit", () => {
    process.exitCode = 1;
  });
}

function readLines(child: ChildProcess, take: (line: string) => void): void {
  let rest = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
}

const logEntry = z.object({
  msg: z.string(),
  broker: z.object({ port: z.int() }).optional(),
});

function parseEntry(line: string): z.infer<typeof logEntry> | undefined {
  try {
    return logEntry.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}
