import assert from "node:assert/strict";
import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test, type TestContext } from "node:test";
import { generateSongs } from "../../bench/catalogue/generate.js";
import { buildCatalogue } from "../../src/catalogue/build.js";
import { formatId } from "../../src/catalogue/folders.js";
import { lockImports } from "../../src/catalogue/import-lock.js";
import {
  findBySource,
  listCatalogues,
  makeLive,
  openLive,
  rollBack,
  selectCatalogue,
  verifyCatalogue,
} from "../../src/catalogue/store.js";
import { buildTest, createTestLog, inventedSource, temporaryFolder } from "./temporary.js";

const built = temporaryFolder({ after });
await buildTest(built, generateSongs(50));
await buildTest(built, generateSongs(60));
await selectCatalogue(built, "test@2");

/** A data folder with test@1 and test@2, of which the second is live. */
function twoVersions(t: TestContext): string {
  const dataDir = temporaryFolder(t);
  cpSync(built, dataDir, { recursive: true });
  return dataDir;
}

/** Turns one bit of a file round. */
function damage(path: string): void {
  const bytes = readFileSync(path);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

async function liveVersion(dataDir: string, log = createTestLog()): Promise<number | undefined> {
  const catalogue = await openLive({ dataDir, log });
  catalogue?.close();
  return catalogue?.manifest.version;
}

for (const file of ["index.hnsw", "neighbours.bin", "songs.db", "manifest.json"]) {
  test(`A damaged ${file} is found, and the version before is opened instead`, async (t) => {
    const dataDir = twoVersions(t);
    assert.equal(await liveVersion(dataDir), 2);
    damage(join(dataDir, "catalogues", "test@2", file));
    await assert.rejects(verifyCatalogue(dataDir, "test@2"), { code: "bad_catalogue" });
    const log = createTestLog();
    assert.equal(await liveVersion(dataDir, log), 1);
    assert.equal(log.warnings.length, 1);
  });
  test(`A cut off or missing ${file} is found`, async (t) => {
    const dataDir = twoVersions(t);
    const path = join(dataDir, "catalogues", "test@2", file);
    truncateSync(path, 100);
    await assert.rejects(verifyCatalogue(dataDir, "test"), { code: "bad_catalogue" });
    rmSync(path);
    await assert.rejects(verifyCatalogue(dataDir, "test"), { code: "bad_catalogue" });
    assert.equal(await liveVersion(dataDir), 1);
  });
}

test("Without any whole catalogue there is none, and no crash", async (t) => {
  const dataDir = twoVersions(t);
  for (const version of [1, 2]) damage(join(dataDir, "catalogues", `test@${version}`, "songs.db"));
  assert.equal(await liveVersion(dataDir), undefined);
  assert.equal(await liveVersion(temporaryFolder(t)), undefined);
});

test("The list shows each catalogue, the live one, and what is wrong", async (t) => {
  const dataDir = twoVersions(t);
  damage(join(dataDir, "catalogues", "test@1", "manifest.json"));
  const [first, second] = await listCatalogues(dataDir);
  assert.ok(first !== undefined && "problem" in first && !first.isCurrent);
  assert.ok(second !== undefined && "manifest" in second && second.isCurrent);
  assert.deepEqual(await listCatalogues(join(dataDir, "none")), []);
});

test("The live catalogue can be chosen by id or name, and only when it is whole", async (t) => {
  const dataDir = twoVersions(t);
  await selectCatalogue(dataDir, "test@1");
  assert.equal(await liveVersion(dataDir), 1);
  await selectCatalogue(dataDir, "test");
  assert.equal(await liveVersion(dataDir), 2);
  for (const id of ["test@9", "other", "../test@1", ""]) {
    await assert.rejects(selectCatalogue(dataDir, id), { code: "not_found" });
  }
  damage(join(dataDir, "catalogues", "test@1", "index.hnsw"));
  await assert.rejects(selectCatalogue(dataDir, "test@1"), { code: "bad_catalogue" });
  assert.equal(await liveVersion(dataDir), 2);
});

test("Rolling back goes one version down, and not below the first", async (t) => {
  const dataDir = twoVersions(t);
  assert.equal((await rollBack(dataDir)).version, 1);
  assert.equal(await liveVersion(dataDir), 1);
  await assert.rejects(rollBack(dataDir), { code: "not_found" });
});

test("An unreadable file named current means the youngest whole catalogue", async (t) => {
  const dataDir = twoVersions(t);
  for (const text of ["", "nonsense", "../../etc@1", "test@99\n"]) {
    writeFileSync(join(dataDir, "current"), text);
    assert.equal(await liveVersion(dataDir), 2, JSON.stringify(text));
  }
});

test("A catalogue of a newer format is refused by name", async (t) => {
  const dataDir = twoVersions(t);
  const path = join(dataDir, "catalogues", "test@2", "manifest.json");
  writeFileSync(path, readFileSync(path, "utf8").replace(/"format": \d+/u, '"format": 99'));
  await assert.rejects(verifyCatalogue(dataDir, "test@2"), /is of format 99/u);
});

test("Using a catalogue does not change a byte of it", async (t) => {
  const dataDir = twoVersions(t);
  const catalogue = await openLive({ dataDir, log: createTestLog() });
  catalogue?.songs(catalogue.nearest(0, 10).map(({ ordinal }) => ordinal));
  catalogue?.close();
  await verifyCatalogue(dataDir, "test@2");
});

test("An import keeps the newest two versions of its name, and what was live before", async (t) => {
  const dataDir = twoVersions(t);
  const ids = async () =>
    (await listCatalogues(dataDir)).map(({ version, isCurrent }) => [version, isCurrent]);
  await selectCatalogue(dataDir, "test@1");
  const third = await buildTest(dataDir, generateSongs(30));
  assert.deepEqual(await makeLive({ dataDir, built: third, log: createTestLog() }), []);
  assert.deepEqual(await ids(), [
    [1, false],
    [2, false],
    [3, true],
  ]);
  const fourth = await buildTest(dataDir, generateSongs(30));
  assert.deepEqual(await makeLive({ dataDir, built: fourth, log: createTestLog() }), [
    "test@1",
    "test@2",
  ]);
  assert.deepEqual(await ids(), [
    [3, false],
    [4, true],
  ]);
});

test("A damaged version does not count: the whole one before it stays, and is gone back to", async (t) => {
  const dataDir = twoVersions(t);
  damage(join(dataDir, "catalogues", "test@2", "songs.db"));
  const third = await buildTest(dataDir, generateSongs(30));
  assert.deepEqual(await makeLive({ dataDir, built: third, log: createTestLog() }), []);
  assert.equal((await rollBack(dataDir)).version, 1);
  assert.equal(await liveVersion(dataDir), 1);
});

test("Rolling back undoes an import under another name, and a choice of a later version", async (t) => {
  const dataDir = twoVersions(t);
  const options = { dataDir, source: inventedSource, log: createTestLog() };
  const other = await buildCatalogue({ ...options, name: "other", songs: generateSongs(20) });
  await makeLive({ dataDir, built: other, log: createTestLog() });
  await makeLive({ dataDir, built: other, log: createTestLog() });
  assert.equal(formatId(await rollBack(dataDir)), "test@2");
  assert.equal(formatId(await rollBack(dataDir)), "test@1");
  await selectCatalogue(dataDir, "test@2");
  await selectCatalogue(dataDir, "test@1");
  assert.equal(formatId(await rollBack(dataDir)), "test@2");
});

test("A catalogue is found by the sum of its source", async (t) => {
  const dataDir = twoVersions(t);
  const sha256 = "0".repeat(64);
  assert.equal((await findBySource(dataDir, { sha256 }))?.version, 2);
  assert.equal((await findBySource(dataDir, { sha256, name: "test" }))?.version, 2);
  assert.equal(await findBySource(dataDir, { sha256, name: "other" }), undefined);
  assert.equal(await findBySource(dataDir, { sha256: "1".repeat(64) }), undefined);
});

test("A data folder that cannot be is told in one sentence, and nothing waits for ever", async (t) => {
  const file = join(temporaryFolder(t), "file");
  writeFileSync(file, "");
  for (const dataDir of ["/proc/nope/data", file, join(file, "data")]) {
    await assert.rejects(lockImports(dataDir), { code: "bad_config", message: /^data\.dir: / });
  }
  await assert.rejects(listCatalogues(file), { code: "bad_config" });
  const deep = join(temporaryFolder(t), "a", "b");
  (await lockImports(deep)).release();
});
