import assert from "node:assert/strict";
import { existsSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { generateSongs } from "../../bench/catalogue/generate.js";
import { formatBytes } from "../../src/cli/catalogue-table.js";
import { buildTest } from "../catalogue/temporary.js";
import { runHere } from "../support/command-here.js";
import { makeTempFolder } from "../support/temp-folder.js";

const dataDir = await makeTempFolder({ after });
for (const count of [20, 30, 40]) await buildTest(dataDir, generateSongs(count));

/** Runs `earshot catalogue …` in this process. */
async function catalogue(...args: readonly string[]) {
  return await catalogueIn(dataDir, ...args);
}

async function catalogueIn(folder: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await runHere(["catalogue", ...args], {
    EARSHOT_DATA_DIR: folder,
  });
  return { code, out: stdout, error: stderr };
}

test("use, list and rollback agree on what is live", async () => {
  const used = (await catalogue("use", "test")).out;
  assert.match(used, /^test@3 is live now, \d+ songs/u);
  assert.ok(used.includes(`a node that runs on ${dataDir} changes over`), used);
  assert.match((await catalogue("list")).out, /^\* +test@3 +\d+ +4 +[\d.]+ kB/mu);
  assert.match((await catalogue("rollback")).out, /^test@2 is live now/u);
  const { out } = await catalogue("list", "--json");
  const live = JSON.parse(out).find((one: { isCurrent: boolean }) => one.isCurrent);
  assert.equal(live.version, 2);
});

test("where nothing is left to go back to, rollback says how to choose another one", async (t) => {
  const folder = await makeTempFolder(t);
  for (const count of [20, 30]) await buildTest(folder, generateSongs(count));
  await catalogueIn(folder, "use", "test@1");
  const { code, error } = await catalogueIn(folder, "rollback");
  assert.equal(code, 1);
  assert.match(error, /test@1 is live\): rollback goes one step back.*catalogue use NAME/u);
});

test("the live catalogue is not removed, another one is, and a version must be named", async () => {
  await catalogue("use", "test@2");
  assert.equal((await catalogue("remove", "test@2")).code, 2);
  assert.equal((await catalogue("remove", "test")).code, 2);
  assert.equal((await catalogue("remove", "test@9")).code, 1);
  assert.equal((await catalogue("remove", "test@1")).code, 0);
  assert.ok(!existsSync(join(dataDir, "catalogues", "test@1")));
  assert.ok(existsSync(join(dataDir, "catalogues", "test@2")));
});

test("verify names what is damaged and ends with 1; use refuses it", async () => {
  await catalogue("use", "test@2");
  assert.match((await catalogue("verify")).out, /test@2 is whole, \d+ songs\ntest@3 is whole/u);
  truncateSync(join(dataDir, "catalogues", "test@3", "songs.db"), 50);
  const { code, out, error } = await catalogue("verify");
  assert.equal(code, 1);
  assert.match(out, /^test@2 is whole/u);
  assert.match(error, /^test@3: .*songs\.db is damaged/u);
  assert.equal((await catalogue("verify", "test@3")).code, 1);
  assert.equal((await catalogue("use", "test@3")).code, 1);
  assert.match((await catalogue("list")).out, /^\* +test@2/mu);
});

test("sizes are written as people read them", () => {
  assert.deepEqual([900, 3.44e6, 2.5e9].map(formatBytes), ["0.9 kB", "3.4 MB", "2.5 GB"]);
});
