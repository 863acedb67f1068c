import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { generateSongs } from "../../bench/catalogue/generate.js";
import { buildCatalogue } from "../../src/catalogue/build.js";
import { deriveSongId, type SongInput } from "../../src/catalogue/song-input.js";
import {
  buildTest,
  createTestLog,
  inventedSource,
  openTest,
  temporaryFolder,
} from "./temporary.js";

const run = promisify(execFile);
const child = fileURLToPath(new URL("build-in-child.js", import.meta.url));

function song(title: string, features: Record<string, number>, rest: Partial<SongInput> = {}) {
  return { title, artist: "The Larks", features, ...rest };
}

test("A catalogue is four files, and each build is the next version", async (t) => {
  const dataDir = temporaryFolder(t);
  const first = await buildTest(dataDir, generateSongs(50));
  const second = await buildTest(dataDir, generateSongs(60));
  assert.deepEqual([first.version, second.version], [1, 2]);
  assert.deepEqual(readdirSync(join(dataDir, "catalogues")).sort(), ["test@1", "test@2"]);
  assert.deepEqual(readdirSync(join(dataDir, "catalogues", "test@2")).sort(), [
    "index.hnsw",
    "manifest.json",
    "neighbours.bin",
    "songs.db",
  ]);
});

test("The manifest says what was measured, and which columns tell nothing", async (t) => {
  const { manifest } = await openTest(t, [
    song("One", { tempo: 100, energy: 0, mood: Number.NaN, timbre_1: 4 }),
    song("Two", { tempo: 120, energy: 0, timbre_1: -7 }),
    song("Three", { tempo: 5000, energy: 0, loudness: -99 }),
  ]);
  assert.deepEqual(
    manifest.features.map(({ name, unit }) => [name, unit]),
    [
      ["tempo", "BPM"],
      ["timbre_1", ""],
    ],
  );
  assert.equal(manifest.dimensions, 4);
  assert.deepEqual(manifest.dropped, [
    { name: "energy", reason: "constant" },
    { name: "mood", reason: "unknown" },
    { name: "loudness", reason: "unknown" },
  ]);
  assert.equal(manifest.songs, 3);
});

test("One recording on several releases is stored once; another recording stays", async (t) => {
  const { manifest, ...catalogue } = await openTest(t, [
    song("Rain", { tempo: 120, energy: 0.5 }),
    song("Rain (2009 Remaster)", { tempo: 120, energy: 0.5 }),
    song("Rain (Live)", { tempo: 126, energy: 0.7 }),
    song("Rain", { tempo: 120, energy: 0.5 }, { artist: "The Crows" }),
    song("Rain", { tempo: 120 }),
  ]);
  assert.equal(manifest.songs, 4);
  assert.equal(manifest.repeated, 1);
  assert.equal(catalogue.workOf(0), catalogue.workOf(1));
  assert.notEqual(catalogue.workOf(0), catalogue.workOf(2));
});

test("Ids come from the file, else from artist and title, and are never given twice", async (t) => {
  const catalogue = await openTest(t, [
    song("Rain", { tempo: 120 }),
    song("Rain", { tempo: 130 }),
    song("Rain", { tempo: 140 }),
    song("Sun", { tempo: 120 }, { id: "x" }),
    song("Moon", { tempo: 120 }, { id: "x" }),
  ]);
  const derived = deriveSongId(song("Rain", {}));
  assert.match(derived, /^[0-9a-f]{12}$/u);
  assert.deepEqual(
    catalogue.songs([0, 1, 2, 3, 4]).map(({ id }) => id),
    [derived, `${derived}-2`, `${derived}-3`, "x", "x-2"],
  );
});

test("Songs that do not differ are refused, and nothing is left behind", async (t) => {
  const dataDir = temporaryFolder(t);
  for (const songs of [[], [song("One", { tempo: 1 })], [song("One", {}), song("Two", {})]]) {
    await assert.rejects(buildTest(dataDir, songs), { code: "bad_song_file" });
  }
  assert.deepEqual(readdirSync(join(dataDir, "catalogues")), []);
});

function* failing() {
  yield* generateSongs(10);
  throw new Error("the disk is gone");
}

test("A source that fails in the middle leaves nothing behind", async (t) => {
  const dataDir = temporaryFolder(t);
  await assert.rejects(buildTest(dataDir, failing()), /the disk is gone/u);
  assert.deepEqual(readdirSync(join(dataDir, "catalogues")), []);
});

test("A name that cannot be a folder's name is refused", async (t) => {
  const dataDir = temporaryFolder(t);
  const rest = { dataDir, songs: [], source: inventedSource, log: createTestLog() };
  for (const name of ["", "../up", "a@1", "Große"]) {
    await assert.rejects(buildCatalogue({ ...rest, name }), { code: "bad_usage" });
  }
});

test("Builds of one name at the same time get a version each", async (t) => {
  const dataDir = temporaryFolder(t);
  await buildTest(dataDir, generateSongs(20));
  await Promise.all([
    run(process.execPath, [child, dataDir]),
    buildTest(dataDir, generateSongs(100)),
    buildTest(dataDir, generateSongs(100)),
  ]);
  assert.deepEqual(readdirSync(join(dataDir, "catalogues")).sort(), [
    "test@1",
    "test@2",
    "test@3",
    "test@4",
  ]);
});
