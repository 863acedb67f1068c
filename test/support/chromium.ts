import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import type { TestContext } from "node:test";
import { needProgram } from "./needed-program.js";
import { type Cleanup, makeTempFolder } from "./temp-folder.js";

/** The real Chromium. */
export interface Chromium {
  /** Opens a page beside those that are open already. */
  open(url: string): void;
}

/** Skips a test where Debian's chromium is not installed, unless the check demands it. */
export function needChromium(t: TestContext): boolean {
  return needProgram(t, "chromium", "chromium");
}

const quietly = [
  "--headless",
  // Its sandbox is not to be had in most containers; the pages are our own.
  "--no-sandbox",
  "--disable-gpu",
  // Everything in one process: half the work of starting it, and the same engine and network.
  "--single-process",
  "--no-zygote",
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--disable-sync",
  "--disable-component-update",
  "--disable-background-networking",
  "--no-first-run",
  // Neither a window of its own before the first page, nor pages that draw the list of its address
  // bar: they took more than all of ours.
  "--no-startup-window",
  "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
  // Whatever else it would like to fetch: it finds nobody but this machine.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
  "--remote-debugging-pipe",
];

/** Starts Chromium with a profile of its own. */
export async function startChromium(t: Cleanup): Promise<Chromium> {
  const profile = await makeTempFolder(t);
  const child = spawn("chromium", [...quietly, `--user-data-dir=${profile}`], {
    // Whatever it keeps beside its profile is kept in there, too.
    env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile },
    // It takes commands from the fourth and answers on the fifth.
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    detached: true,
  });
  const exit = once(child, "exit");
  t.after(async () => {
    killWithChildren(child);
    await exit;
  });
  await once(child, "spawn");
  const [, , , commands, answers] = child.stdio;
  assert.ok(commands instanceof Socket && answers instanceof Socket);
  // Both end when it is killed.
  for (const pipe of [commands, answers]) pipe.on("error", () => {}).resume();
  let id = 0;
  return {
    open(url) {
      id += 1;
      commands.write(`${JSON.stringify({ id, method: "Target.createTarget", params: { url } })}\0`);
    },
  };
}

/** It is many processes, all in the group of the first. */
function killWithChildren({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  process.kill(-pid, "SIGKILL");
}
