import { startApp } from "../../src/app.js";
import { loadConfig } from "../../src/config/load.js";
import { onlyEarshot, runHere } from "./command-here.js";
import { recordLog } from "./logs.js";
import "./record-contract.js";
import { type CommandResult, isolatedEnv, type NodePlace, prepareEnv } from "./node-process.js";
import type { Cleanup } from "./temp-folder.js";

/** A node inside the test's own process. */
export interface NodeHere extends NodePlace {
  stop(): Promise<void>;
}

/**
 * Starts a node in this process, a third of the time of `startNode`: for tests that ask a node, and
 * do nothing to its process.
 *
 * @param extra as for `startNode`, but `PATH` and `ALSA_CONFIG_PATH` are those of this process
 */
export async function startNodeHere(t: Cleanup, extra: NodeJS.ProcessEnv = {}): Promise<NodeHere> {
  const env = await prepareEnv(t, extra);
  const { config } = loadConfig({ env: onlyEarshot(env), flags: {} });
  const recorded = recordLog();
  const app = await startApp({ config, log: recorded });
  t.after(() => app.stop());
  return {
    port: app.info().broker.port,
    dataDir: config.data.dir,
    env,
    get log() {
      return recorded.lines.map((line) => JSON.stringify(line));
    },
    stop: () => app.stop(),
  };
}

/** Runs a command in this process where no node is configured. */
export async function runHereAlone(
  t: Cleanup,
  args: readonly string[],
  extra: NodeJS.ProcessEnv = {},
): Promise<CommandResult> {
  return await runHere(args, await isolatedEnv(t, extra));
}
