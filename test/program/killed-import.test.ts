import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  type FSWatcher,
  readdirSync,
  readFileSync,
  watch,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openLive } from "../../src/catalogue/store.js";
import { programRoot } from "../../src/program.js";
import { recordLog } from "../support/logs.js";
import { runHere } from "../support/command-here.js";
import { copyPreparedData, isolatedEnv } from "../support/node-process.js";
import { makeTempFolder } from "../support/temp-folder.js";

const buildFolder = /^\.building-/u;

function writeSongs(file: string, count: number): void {
  const rows = Array.from({ length: count }, (_, row) => `Song ${row},Ann,${60 + (row % 97)}`);
  writeFileSync(file, `title,artist,tempo\n${rows.join("\n")}\n`);
}

function startImport(file: string, env: NodeJS.ProcessEnv): ChildProcess {
  const args = ["import", file, "--name", "killed"];
  return spawn(process.execPath, [join(programRoot, "dist/src/main.js"), ...args], {
    env,
    stdio: "ignore",
  });
}

/**
 * Watches a build: `onSealed` is called once its last file is written, `onPlaced` once it is in its
 * place. Both come while the process goes on, as fast as the system tells of it.
 */
function watchBuild(
  child: ChildProcess,
  catalogues: string,
  { onSealed, onPlaced }: { onSealed: (build: string) => void; onPlaced: () => void },
): void {
  const watchers: FSWatcher[] = [];
  const watchBuildFolder = (build: string): void => {
    const watcher = watch(join(catalogues, build), (_event, made) => {
      if (made !== "manifest.json") return;
      watcher.close();
      onSealed(build);
    });
    watchers.push(watcher);
  };
  watchers.push(
    watch(catalogues, (_event, made) => {
      if (made === null) return;
      if (/^killed@\d+$/u.test(made)) onPlaced();
      else if (buildFolder.test(made) && watchers.length === 1) watchBuildFolder(made);
    }),
  );
  child.once("exit", () => {
    for (const watcher of watchers) watcher.close();
  });
}

/** Stops a process and returns when it stands still, so that its files are those of a killed one. */
function standStill(child: ChildProcess): void {
  child.kill("SIGSTOP");
  // It may have ended just before: a process without a parent that looks is a zombie (Z).
  while (!/\) [TZ] /u.test(readFileSync(`/proc/${child.pid}/stat`, "utf8")));
}

/** Opens the live catalogue as a node does at its start; a damaged one would be a warning. */
async function assertWhole(dataDir: string, moment: string): Promise<void> {
  const log = recordLog();
  const live = await openLive({ dataDir, log });
  assert.ok(live !== undefined && live.nearest(5, 10).length === 10, moment);
  live.close();
  assert.deepEqual(log.lines, []);
}

test("whenever an import is killed, what a node would open is whole, and the next import clears up", async (t) => {
  const folder = await makeTempFolder(t);
  const dataDir = await copyPreparedData(t);
  const atSealing = await makeTempFolder(t);
  const env = await isolatedEnv(t, { EARSHOT_DATA_DIR: dataDir });
  const file = join(folder, "songs.csv");
  writeSongs(file, 300);
  const child = startImport(file, env);
  let sealed: string | undefined;
  watchBuild(child, join(dataDir, "catalogues"), {
    onSealed(build) {
      sealed = build;
      standStill(child);
      cpSync(dataDir, atSealing, { recursive: true });
      child.kill("SIGCONT");
    },
    onPlaced: () => child.kill("SIGKILL"),
  });
  await once(child, "exit");
  assert.equal(child.signalCode, "SIGKILL", "killed when the catalogue is in its place");
  assert.ok(sealed !== undefined, "stood still when the catalogue was sealed");
  await assertWhole(atSealing, "sealed");
  await assertWhole(dataDir, "in its place");
  // As if both had been killed on the same folder.
  const left = join("catalogues", sealed);
  if (existsSync(join(atSealing, left))) {
    cpSync(join(atSealing, left), join(dataDir, left), { recursive: true });
  }
  writeSongs(file, 200);
  const { code, stderr } = await runHere(["import", file, "--name", "killed"], env);
  assert.equal(code, 0, stderr);
  const names = readdirSync(join(dataDir, "catalogues"));
  assert.ok(
    names.every((name) => /^(?:starter|killed)@\d+$/u.test(name)),
    String(names),
  );
});
