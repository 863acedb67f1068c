import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type FSWatcher, readdirSync, watch, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { openLive } from "../../src/catalogue/store.js";
import { programRoot } from "../../src/program.js";
import { recordLog } from "../support/logs.js";
import { runHere } from "../support/node-here.js";
import { isolatedEnv } from "../support/node-process.js";
import { makeTempFolder } from "../support/temp-folder.js";

const buildFolder = /^\.building-/u;
/** What is written at that moment: in the folder of the catalogues, or in the one of the build. */
const moments = [
  { name: "the catalogue is sealed", inBuild: true, file: /^manifest\.json$/u },
  { name: "the catalogue is in its place", inBuild: false, file: /^killed@\d+$/u },
];

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

/** Kills a process as soon as a file of that name is made. */
function killAt(child: ChildProcess, catalogues: string, moment: (typeof moments)[number]): void {
  const watchers: FSWatcher[] = [];
  // What an earlier kill left is removed first, and an event tells only a name.
  const old = new Set(readdirSync(catalogues));
  const look = (folder: string, isBuild: boolean): void => {
    const onMade = (_event: string, made: string | null): void => {
      if (made === null || old.has(made)) return;
      if (moment.inBuild === isBuild && moment.file.test(made)) child.kill("SIGKILL");
      else if (!isBuild && buildFolder.test(made) && watchers.length === 1) {
        look(join(folder, made), true);
      }
    };
    watchers.push(watch(folder, onMade));
  };
  look(catalogues, false);
  child.once("exit", () => {
    for (const watcher of watchers) watcher.close();
  });
}

test("whenever an import is killed, what a node would open is whole, and the next import clears up", async (t) => {
  const folder = await makeTempFolder(t);
  const dataDir = join(folder, "data");
  const env = await isolatedEnv(t, { EARSHOT_DATA_DIR: dataDir });
  const importHere = async (count: number): Promise<void> => {
    const file = join(folder, `${count}.csv`);
    writeSongs(file, count);
    const { code, stderr } = await runHere(["import", file, "--name", "killed"], env);
    assert.equal(code, 0, stderr);
  };
  await importHere(100);
  for (const [time, moment] of moments.entries()) {
    const file = join(folder, `songs-${time}.csv`);
    writeSongs(file, 300 + time);
    const child = startImport(file, env);
    killAt(child, join(dataDir, "catalogues"), moment);
    await once(child, "exit");
    assert.equal(child.signalCode, "SIGKILL", `killed when ${moment.name}`);
    // As a node does at its start; a damaged one would be a warning.
    const log = recordLog();
    const live = await openLive({ dataDir, log });
    assert.ok(live !== undefined && live.nearest(5, 10).length === 10, moment.name);
    live.close();
    assert.deepEqual(log.lines, []);
  }
  await importHere(200);
  const left = readdirSync(join(dataDir, "catalogues"));
  assert.ok(
    left.every((name) => /^killed@\d+$/u.test(name)),
    String(left),
  );
});
