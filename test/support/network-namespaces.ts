import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { TestContext } from "node:test";
import { run } from "./mosquitto.js";
import { wholePath } from "./needed-program.js";

/** Two machines on one network: each is what a program is started with there. */
export interface TwoMachines {
  readonly one: readonly string[];
  readonly other: readonly string[];
}

/**
 * Makes two network namespaces with a cable between them and nothing else; `undefined`, and the test
 * is skipped, where this may not be done, unless the check demands it.
 *
 * They have no names: each lives as long as a process in it, and that one ends when this process
 * does, however it does.
 */
export async function connectTwoMachines(t: TestContext): Promise<TwoMachines | undefined> {
  try {
    const [one, other] = [await makeMachine(t), await makeMachine(t)];
    await ip(one, `link add eth0 type veth peer name eth0 netns ${other.pid}`);
    await plugIn(one, "10.0.0.1/24");
    await plugIn(other, "10.0.0.2/24");
    return { one: enter(one), other: enter(other) };
  } catch (error) {
    if (process.env["EARSHOT_TEST_REQUIRE"]?.includes("namespaces") === true) throw error;
    t.skip(`no network namespaces can be made here: ${String(error)}`);
    return undefined;
  }
}

async function makeMachine(t: TestContext): Promise<ChildProcess> {
  // `cat` ends when our end of its input is closed.
  const child = spawn("unshare", ["--net", "sh", "-c", "echo ready; exec cat"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const exit = new Promise<void>((resolve) => {
    child.once("close", () => {
      resolve();
    });
  });
  const failure = new Promise<never>((_resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      reject(new Error(`unshare --net ended with ${code}`));
    });
  });
  failure.catch(() => {});
  t.after(async () => {
    child.kill("SIGKILL");
    await exit;
  });
  await Promise.race([once(child.stdout, "data"), failure]);
  return child;
}

/** As at home: one address, and everything else over the same cable. */
async function plugIn(machine: ChildProcess, address: string): Promise<void> {
  await ip(machine, `address add ${address} dev eth0`);
  await ip(machine, "link set lo up");
  await ip(machine, "link set eth0 up");
  await ip(machine, "route add default dev eth0");
}

async function ip(machine: ChildProcess, command: string): Promise<void> {
  const [program = "", ...args] = [...enter(machine), "ip", ...command.split(" ")];
  await run(program, args, {
    env: { ...process.env, PATH: wholePath() },
  });
}

function enter({ pid }: ChildProcess): readonly string[] {
  return ["nsenter", `--net=/proc/${pid}/ns/net`];
}
