import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { generateSongs } from "../../bench/catalogue/generate.js";
import { scanNearest } from "../../bench/catalogue/scan-nearest.js";
import { openCatalogue } from "../../src/catalogue/catalogue.js";
import { catalogueFolder } from "../../src/catalogue/folders.js";
import { sealManifest } from "../../src/catalogue/manifest.js";
import { compareNeighbours } from "../../src/catalogue/nearest-list.js";
import { buildTest, openTest, temporaryFolder } from "./temporary.js";

test("The nearest songs are those of an exact scan, without the seed", async (t) => {
  const catalogue = await openTest(t, generateSongs(800));
  let found = 0;
  let asked = 0;
  for (let seed = 0; seed < catalogue.size; seed += 10) {
    const near = catalogue.nearest(seed, 10);
    const exact = scanNearest(catalogue, seed, { count: 10 });
    const tenth = (exact.at(-1)?.distance ?? 0) + 1e-4;
    assert.equal(near.length, 10);
    assert.deepEqual(near, near.toSorted(compareNeighbours));
    assert.ok(near.every(({ ordinal }) => ordinal !== seed));
    assert.equal(new Set(near.map(({ ordinal }) => ordinal)).size, 10);
    found += near.filter(({ distance }) => distance <= tenth).length;
    asked += near.length;
  }
  assert.ok(found / asked >= 0.999, `recall ${found / asked}`);
});

test("A catalogue of format 3, without lists of neighbours, gives the same ones", async (t) => {
  const dataDir = temporaryFolder(t);
  const folder = catalogueFolder(dataDir, await buildTest(dataDir, generateSongs(300)));
  const catalogue = await openCatalogue(folder);
  t.after(() => catalogue.close());
  const { sha256: _, ...manifest } = catalogue.manifest;
  const { "neighbours.bin": lists, ...files } = manifest.files;
  assert.ok(lists !== undefined);
  writeFileSync(join(folder, "manifest.json"), sealManifest({ ...manifest, format: 3, files }));
  rmSync(join(folder, "neighbours.bin"));
  const former = await openCatalogue(folder);
  t.after(() => former.close());
  for (let seed = 0; seed < catalogue.size; seed += 7) {
    for (const count of [10, 17, 40]) {
      assert.deepEqual(former.nearest(seed, count), catalogue.nearest(seed, count));
    }
  }
});

test("Songs that sound the same are at distance 0, in the order of their ordinals", async (t) => {
  const catalogue = await openTest(
    t,
    Array.from({ length: 40 }, (_, index) => ({
      title: `Song number ${"x".repeat(index)}`,
      artist: `Artist ${index}`,
      features: { tempo: index < 30 ? 120 : 200 + index, energy: 0.5 },
    })),
  );
  assert.equal(catalogue.manifest.points, 11);
  const expected = [0, 1, 2, 3, 5, 6].map((ordinal) => ({ ordinal, distance: 0 }));
  assert.deepEqual(catalogue.nearest(4, 6), expected);
  assert.deepEqual(scanNearest(catalogue, 4, { count: 6 }), expected);
  assert.equal(catalogue.nearest(4, 100).length, 39);
});

test("A scan gives only accepted songs, and fewer when there are no more", async (t) => {
  const catalogue = await openTest(t, generateSongs(500));
  const isOld = (ordinal: number) => (catalogue.valueOf(ordinal, "year") ?? 3000) < 1960;
  const old = scanNearest(catalogue, 3, { accept: isOld, count: 500 });
  assert.ok(old.length > 10 && old.length < 100);
  assert.ok(old.every(({ ordinal }) => isOld(ordinal)));
  assert.deepEqual(scanNearest(catalogue, 3, { accept: () => false, count: 5 }), []);
});

test("Songs are found by ordinal and id, with their values", async (t) => {
  const catalogue = await openTest(t, [
    { id: "one", title: "First", artist: "A", year: 1971, features: { tempo: 120, energy: 0.5 } },
    { title: "Second", artist: "B", features: { energy: 0.75 } },
    { title: "Third", artist: "A", features: { tempo: 60 } },
  ]);
  assert.deepEqual(catalogue.song(0), { id: "one", title: "First", artist: "A", year: 1971 });
  assert.equal(catalogue.ordinalOfId("one"), 0);
  assert.equal(catalogue.ordinalOfId(catalogue.song(1).id), 1);
  assert.equal(catalogue.ordinalOfId("none"), undefined);
  assert.deepEqual(
    catalogue.songs([2, 0, 1, 0]).map(({ title }) => title),
    ["Third", "First", "Second", "First"],
  );
  assert.deepEqual(catalogue.columns, ["year", "tempo", "energy"]);
  assert.equal(catalogue.valueOf(1, "energy"), 0.75);
  for (const column of ["year", "tempo", "colour"]) {
    assert.equal(catalogue.valueOf(1, column), undefined);
  }
  assert.equal(catalogue.artistOf(0), catalogue.artistOf(2));
  assert.notEqual(catalogue.artistOf(0), catalogue.artistOf(1));
  assert.throws(() => catalogue.song(3), { code: "bad_catalogue" });
});

test("Every song can be read, whatever was read before", async (t) => {
  const catalogue = await openTest(t, generateSongs(600));
  const ordinals = Array.from({ length: catalogue.size }, (_, ordinal) => ordinal);
  const ids = catalogue.songs(ordinals).map(({ id }) => id);
  assert.equal(new Set(ids).size, catalogue.size);
  for (const ordinal of [0, 17, 500]) {
    assert.equal(catalogue.ordinalOfId(ids[ordinal] ?? ""), ordinal);
    assert.equal(catalogue.titles.songText(ordinal).title, catalogue.song(ordinal).title);
  }
});

test("Two songs are each other's only neighbours, and no songs are asked for in vain", async (t) => {
  const catalogue = await openTest(t, [
    { title: "First", artist: "A", features: { tempo: 120 } },
    { title: "Second", artist: "B", features: { tempo: 121 } },
  ]);
  assert.deepEqual(
    catalogue.nearest(0, 10).map(({ ordinal }) => ordinal),
    [1],
  );
  assert.deepEqual(catalogue.nearest(1, 0), []);
});
