import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { promisify } from "node:util";
import { needProgram, wholePath } from "./needed-program.js";
import { type Cleanup, makeTempFolder } from "./temp-folder.js";

/** Runs a program and gives what it printed. */
export const run = promisify(execFile);

/** Skips a test where Debian's mosquitto is not installed, unless the check demands it. */
export function needMosquitto(t: TestContext, program: string): boolean {
  return needProgram(t, program, "mosquitto");
}

/**
 * Starts the real Mosquitto on a free port; it ends with the test.
 *
 * @param settings more lines of its configuration; everybody may do all unless they say otherwise
 */
export async function startMosquitto(t: Cleanup, settings = ""): Promise<number> {
  const port = await findFreePort();
  await startMosquittoOn(t, port, settings);
  return port;
}

/**
 * The same on a port that was chosen before.
 *
 * @returns what kills it before the test's end
 */
export async function startMosquittoOn(
  t: Cleanup,
  port: number,
  settings = "",
): Promise<() => Promise<void>> {
  const folder = await makeTempFolder(t);
  const config = join(folder, "mosquitto.conf");
  const access = settings.includes("allow_anonymous") ? "" : "allow_anonymous true\n";
  const general = `listener ${port} 127.0.0.1\n${access}set_tcp_nodelay true\n`;
  await writeFile(config, `${general}${settings}\n`);
  const child = spawn("mosquitto", ["-c", config], {
    env: { ...process.env, PATH: wholePath() },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exit = once(child, "exit");
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exit;
  };
  t.after(kill);
  await new Promise<void>((resolve, reject) => {
    let output = "";
    const read = (text: string): void => {
      output += text;
      if (output.includes("running")) resolve();
    };
    child.stdout.setEncoding("utf8").on("data", read);
    child.stderr.setEncoding("utf8").on("data", read);
    child.once("exit", () => {
      reject(new Error(`mosquitto ended: ${output}`));
    });
  });
  return kill;
}

/** A port that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
