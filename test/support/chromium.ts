import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { TestContext } from "node:test";
import { run } from "./mosquitto.js";
import { makeTempFolder } from "./temp-folder.js";

/** Skips a test where Debian's chromium is not installed, unless the check demands it. */
export async function needChromium(t: TestContext): Promise<boolean> {
  try {
    await run("sh", ["-c", "command -v chromium"]);
    return true;
  } catch {
    if (process.env["EARSHOT_TEST_REQUIRE"]?.includes("chromium") === true)
      throw new Error("chromium is missing");
    t.skip("chromium is not installed");
    return false;
  }
}

const quietly = [
  "--headless",
  // Its sandbox is not to be had in most containers; the pages are our own.
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-quic",
  "--disable-sync",
  "--disable-component-update",
  "--disable-background-networking",
  "--no-first-run",
  // Whatever else it would like to fetch: it finds nobody but this machine.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

/** Opens a page in the real Chromium, with a profile of its own; it ends with the test. */
export async function openInChromium(t: TestContext, url: string): Promise<void> {
  const profile = await makeTempFolder(t);
  const child = spawn("chromium", [...quietly, `--user-data-dir=${profile}`, url], {
    // Whatever it keeps beside its profile is kept in there, too.
    env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile },
    stdio: "ignore",
    detached: true,
  });
  const exit = once(child, "exit");
  t.after(async () => {
    killWithChildren(child);
    await exit;
  });
  await once(child, "spawn");
}

/** It is many processes, all in the group of the first. */
function killWithChildren({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  process.kill(-pid, "SIGKILL");
}
