// Kills imports of 20,000 songs at random moments, and checks after each that what is live is whole;
// by hand: node dist/bench/catalogue/kill-run.js [times]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openLive } from "../../src/catalogue/store.js";
import { reportFigure } from "../figure.js";
import { createRandom } from "../titles/random.js";
import { writeSongFile } from "./song-file.js";

const builder = fileURLToPath(new URL("million-build.js", import.meta.url));
const songs = 20_000;

const times = Number(process.argv[2] ?? 20);
const dataDir = mkdtempSync(join(tmpdir(), "earshot-kill-"));
const file = join(dataDir, "songs.csv");
const random = createRandom(Date.now());
const log = { debug() {}, info() {}, warn: fail, error: fail };

try {
  await writeSongFile(file, songs);
  const wholeMs = await importSongs();
  let withDebris = 0;
  let killed = 0;
  const versions = new Set<number>();
  for (let time = 0; time < times; time += 1) {
    if ((await importSongs(random.next() * wholeMs * 1.1)) === 0) killed += 1;
    if (debris().length > 0) withDebris += 1;
    const live = await openLive({ dataDir, log });
    if (live === undefined || live.nearest(5, 10).length < 10) fail({}, "no whole catalogue");
    versions.add(live?.manifest.version ?? 0);
    live?.close();
  }
  await importSongs();
  if (debris().length > 0) fail({ debris: debris() }, "debris after the next import");
  reportFigure("kill", "imports killed", { value: killed, unit: "of", times });
  reportFigure("kill", "left something for the next import to remove", {
    value: withDebris,
    unit: "times",
  });
  reportFigure("kill", "live and whole afterwards", { value: times, unit: "times", times });
  reportFigure("kill", "debris after the next import", { value: debris().length, unit: "folders" });
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}

/** @returns how long it took in ms; 0 when it was killed */
async function importSongs(killAfterMs?: number): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, [builder, dataDir, file], { stdio: "ignore" });
  const ended = once(child, "exit");
  if (killAfterMs !== undefined) {
    await Promise.race([setTimeout(killAfterMs), ended]);
    child.kill("SIGKILL");
  }
  await ended;
  if (child.signalCode === "SIGKILL") return 0;
  if (child.exitCode !== 0) fail({ code: child.exitCode }, "the import failed");
  return performance.now() - started;
}

function debris(): readonly string[] {
  return readdirSync(join(dataDir, "catalogues")).filter((name) => !/^million@\d+$/u.test(name));
}

function fail(details: object, message: string): void {
  throw new Error(`${message} ${JSON.stringify(details)}`);
}
