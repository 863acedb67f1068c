import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { programRoot } from "../src/program.js";

/** A node that runs as a process of its own, and the port of its broker. */
export interface BenchNode {
  readonly child: ChildProcess;
  readonly port: number;
}

/** Starts the real program as node `bench` on a free port; resolves when it is online. */
export async function startBenchNode(settings: NodeJS.ProcessEnv): Promise<BenchNode> {
  const child = spawn(join(programRoot, "earshot"), ["start"], {
    env: {
      PATH: process.env["PATH"],
      EARSHOT_NODE_ID: "bench",
      EARSHOT_BROKER_PORT: "0",
      ...settings,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const port = await new Promise<number>((resolve, reject) => {
    let log = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      const found = /"port":(\d+).*is online/u.exec(log)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
    child.once("exit", () => {
      reject(new Error(log));
    });
  });
  return { child, port };
}
