import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { generateSongs } from "../../bench/catalogue/generate.js";
import { openAtStart } from "../../src/catalogue/starter.js";
import { selectCatalogue } from "../../src/catalogue/store.js";
import { buildTest, createTestLog, temporaryFolder } from "./temporary.js";

const header = "artist_name,title,year,tempo,energy,danceability,loudness\n";

function csvOf(count: number): string {
  const rows = Array.from(
    { length: count },
    (_, row) => `Artist ${row % 7},Song ${"o".repeat(row + 1)},1970,${90 + row},0.5,0.${row},-9\n`,
  );
  return header + rows.join("");
}

function createNode(t: TestContext) {
  const dataDir = temporaryFolder(t);
  const starterCsv = join(temporaryFolder(t), "starter.csv");
  writeFileSync(starterCsv, csvOf(8));
  return {
    dataDir,
    starterCsv,
    /** Starts and stops: the name, version and size of what was live. */
    async start(log = createTestLog()) {
      const catalogue = await openAtStart({ dataDir, starterCsv, log });
      catalogue.close();
      return `${catalogue.manifest.name}@${catalogue.manifest.version} ${catalogue.size}`;
    },
  };
}

test("The first start builds the starter, the next ones use it", async (t) => {
  const node = createNode(t);
  assert.equal(await node.start(), "starter@1 8");
  assert.equal(await node.start(), "starter@1 8");
  assert.equal(readFileSync(join(node.dataDir, "current"), "utf8"), "starter@1\n");
});

test("A changed song file is built anew, the old version is kept", async (t) => {
  const node = createNode(t);
  await node.start();
  writeFileSync(node.starterCsv, csvOf(9));
  assert.equal(await node.start(), "starter@2 9");
  await selectCatalogue(node.dataDir, "starter@1");
});

test("A node with a catalogue of its own keeps it", async (t) => {
  const node = createNode(t);
  await buildTest(node.dataDir, generateSongs(30));
  assert.match(await node.start(), /^test@1 /u);
  await selectCatalogue(node.dataDir, "test");
  writeFileSync(node.starterCsv, csvOf(9));
  assert.match(await node.start(), /^test@1 /u);
});

test("A file named current that names no catalogue is a warning, and written anew", async (t) => {
  const node = createNode(t);
  await node.start();
  writeFileSync(join(node.dataDir, "current"), "garbage\n");
  const log = createTestLog();
  assert.equal(await node.start(log), "starter@1 8");
  assert.deepEqual(log.warnings, [{ catalogue: "starter@1" }]);
  assert.equal(readFileSync(join(node.dataDir, "current"), "utf8"), "starter@1\n");
});

test("A damaged starter is built anew", async (t) => {
  for (const file of ["index.hnsw", "neighbours.bin", "songs.db", "manifest.json"]) {
    const node = createNode(t);
    await node.start();
    writeFileSync(join(node.dataDir, "catalogues", "starter@1", file), "broken");
    assert.equal(await node.start(), "starter@2 8");
  }
});

test("A broken song file is a warning while there is a catalogue, and else an error", async (t) => {
  const node = createNode(t);
  await node.start();
  writeFileSync(node.starterCsv, "broken");
  const log = createTestLog();
  assert.equal(await node.start(log), "starter@1 8");
  assert.equal(log.warnings.length, 1);
  rmSync(node.dataDir, { recursive: true });
  await assert.rejects(node.start(), { code: "bad_song_file" });
});

test("A missing song file is an error with a code", async (t) => {
  const node = createNode(t);
  rmSync(node.starterCsv);
  await assert.rejects(node.start(), { code: "bad_song_file" });
});

test("A node whose build was killed before current was written gets that file", async (t) => {
  const node = createNode(t);
  await node.start();
  for (const spoil of [rmSync, (path: string) => writeFileSync(path, "nonsense")]) {
    spoil(join(node.dataDir, "current"));
    assert.equal(await node.start(), "starter@1 8");
    assert.equal(readFileSync(join(node.dataDir, "current"), "utf8"), "starter@1\n");
  }
});

test("Whoever goes back to an earlier starter keeps it over each start", async (t) => {
  const node = createNode(t);
  await node.start();
  writeFileSync(node.starterCsv, csvOf(9));
  assert.equal(await node.start(), "starter@2 9");
  await selectCatalogue(node.dataDir, "starter@1");
  assert.equal(await node.start(), "starter@1 8");
  assert.equal(await node.start(), "starter@1 8");
});

test("A starter of an older format is built anew", async (t) => {
  const node = createNode(t);
  await node.start();
  const path = join(node.dataDir, "catalogues", "starter@1", "manifest.json");
  writeFileSync(path, readFileSync(path, "utf8").replace(/"format": \d+/u, '"format": 1'));
  const log = createTestLog();
  assert.equal(await node.start(log), "starter@2 8");
  assert.deepEqual(log.warnings, []);
});
