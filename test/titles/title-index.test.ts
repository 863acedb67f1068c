import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { generateSongs } from "../../bench/titles/generate.js";
import { indexSongs } from "../../bench/titles/open-songs.js";
import { openDatabase } from "../../src/storage/sqlite.js";
import { boundedDistance } from "../../src/titles/distance.js";
import { foldTitle } from "../../src/titles/fold.js";
import { resolveTitle } from "../../src/titles/resolve.js";
import { openTitleIndex } from "../../src/titles/title-index.js";
import { createTitleTables } from "../../src/titles/title-storage.js";
import { createTitleWriter } from "../../src/titles/title-writer.js";

const oneText = () => ({ title: "Glass Harbour", artist: "Lanterns" });

test("every title of thousands is found under its own words", (t) => {
  const songs = [...generateSongs({ count: 2000 })];
  const { db, index } = indexSongs(songs);
  t.after(() => {
    db.close();
  });
  for (const { ordinal, title } of songs) {
    const owners = index.owners(foldTitle(title).core);
    assert.ok(
      owners.some((owner) => owner.ordinal === ordinal),
      title,
    );
  }
  assert.deepEqual(index.owners("no such title at all"), []);
});

test("titles similar to a mistyped one include the one that brute force finds", (t) => {
  const songs = [...generateSongs({ count: 1000 })];
  const { db, index } = indexSongs(songs);
  t.after(() => {
    db.close();
  });
  const cores = songs.map(({ title }) => foldTitle(title).core);
  for (const core of cores.filter((core) => /^[a-z ]{4}[a-z][a-z ]{6}/u.test(core)).slice(0, 50)) {
    const mistyped = `${core.slice(0, 4)}${core.slice(5)}`;
    const found = index
      .similar(mistyped, { limit: 24, correctKnownWords: true })
      .map((ordinal) => foldTitle(songs[ordinal]?.title ?? ""))
      .flatMap((folded) => [folded.core, folded.otherCore ?? ""]);
    assert.ok(
      found.some((other) => boundedDistance(mistyped, other, 1) <= 1),
      mistyped,
    );
  }
});

test("an index in a file answers the same after it is opened again", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "earshot-titles-"));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  const songs = [...generateSongs({ count: 500 })];
  const path = join(folder, "songs.db");
  const first = indexSongs(songs, path);
  const queries = songs.slice(0, 50).map(({ title }) => title.slice(0, -1));
  const before = queries.map((title) => resolveTitle(first.index, { title }));
  first.db.close();
  const db = openDatabase(path, { readonly: true });
  t.after(() => {
    db.close();
  });
  const songText = (ordinal: number) => songs[ordinal] ?? { title: "", artist: "" };
  const index = openTitleIndex({ db, songText });
  assert.deepEqual(
    queries.map((title) => resolveTitle(index, { title })),
    before,
  );
});

test("an empty catalogue finds nothing", (t) => {
  const { db, index } = indexSongs([]);
  t.after(() => {
    db.close();
  });
  for (const title of ["hello", "???", "one two"]) {
    assert.deepEqual(resolveTitle(index, { title }), { outcome: "not_found", suggestions: [] });
  }
});

test("tables of another format are refused with advice", (t) => {
  const db = openDatabase(":memory:");
  t.after(() => {
    db.close();
  });
  createTitleTables(db);
  assert.throws(() => openTitleIndex({ db, songText: oneText }), {
    code: "bad_catalogue",
    message: /build the catalogue again/u,
  });
});

test("the writer works inside a transaction of its host", (t) => {
  const db = openDatabase(":memory:");
  t.after(() => {
    db.close();
  });
  db.exec("BEGIN");
  createTitleTables(db);
  const writer = createTitleWriter(db);
  writer.add({ ordinal: 0, title: "Glass Harbour", artist: "Lanterns", popularity: Number.NaN });
  writer.finish();
  db.exec("COMMIT");
  const index = openTitleIndex({ db, songText: oneText });
  assert.equal(resolveTitle(index, { title: "glass harbour" }).outcome, "accepted");
});
