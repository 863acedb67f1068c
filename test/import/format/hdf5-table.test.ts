import assert from "node:assert/strict";
import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { makeTempFolder } from "../../support/temp-folder.js";
import { readLocation } from "../read-all.js";
import { summaryOf, writeHdf5 } from "./hdf5-files.js";

test("a summary file gives the songs of its three tables, without pointers and foreign ids", async (t) => {
  const path = join(await makeTempFolder(t), "summary.h5");
  await writeHdf5(path, summaryOf(1100));
  const { table, rows, bytes } = await readLocation(path);
  assert.equal(table.format, "HDF5, Million Song Dataset, summary");
  assert.deepEqual(table.columns, [
    "artist_name",
    "title",
    "song_hotttnesss",
    "tempo",
    "key",
    "track_id",
    "year",
  ]);
  assert.deepEqual(
    [...(table.known ?? [])].toSorted(([a], [b]) => a - b).map(([, known]) => known),
    ["artist", "title", "popularity", "tempo", "id", "year"],
  );
  assert.equal(rows.length, 1100);
  assert.deepEqual(rows[0], {
    place: "row 1",
    cells: ["Ärtist 0", "Title_ 0", Number.NaN, 60, 0, "TR0", 1900],
  });
  assert.deepEqual(rows[1099]?.cells, [
    "Ärtist 1099",
    "Title_ 1099",
    0.5,
    70.99,
    7,
    "TR1099",
    1999,
  ]);
  assert.equal(bytes, (await readFile(path)).length);
});

test("a packed summary file is unpacked for as long as it is read, and leaves nothing", async (t) => {
  const folder = await makeTempFolder(t);
  await writeHdf5(join(folder, "summary.h5"), summaryOf(20));
  const packed = join(folder, "packed.h5.gz");
  await writeFile(packed, gzipSync(await readFile(join(folder, "summary.h5"))));
  const cacheDir = join(folder, "cache");
  assert.equal((await readLocation(packed, cacheDir)).rows.length, 20);
  assert.deepEqual(await readdir(cacheDir), []);
});

test("the segments of a track become means and variances of its timbre", async (t) => {
  const folder = join(await makeTempFolder(t), "tracks");
  await mkdir(join(folder, "A/B"), { recursive: true });
  const segments = Float64Array.from(
    { length: 36 },
    (_, place) => Math.floor(place / 12) + (place % 12),
  );
  const track = { ...summaryOf(1), segments };
  await writeHdf5(join(folder, "A/one.h5"), track);
  const { table, rows } = await readLocation(join(folder, "A/one.h5"));
  assert.equal(table.format, "HDF5, Million Song Dataset, one track");
  assert.deepEqual(table.columns.slice(-24, -11), [
    ...Array.from({ length: 12 }, (_, index) => `avg_timbre${index + 1}`),
    "var_timbre1",
  ]);
  assert.deepEqual(
    rows[0]?.cells.slice(-24, -12),
    Array.from({ length: 12 }, (_, index) => 1 + index),
  );
  for (const variance of rows[0]?.cells.slice(-12) ?? [])
    assert.ok(Math.abs(Number(variance) - 2 / 3) < 1e-12);

  await copyFile(join(folder, "A/one.h5"), join(folder, "A/B/two.h5"));
  await writeFile(join(folder, "broken.h5"), "no");
  const all = await readLocation(folder);
  assert.equal(all.table.format, "HDF5, Million Song Dataset, one file a track");
  assert.deepEqual(
    all.rows.map(({ place }) => place),
    ["document A/B/two.h5", "document A/one.h5"],
  );
  assert.deepEqual(all.problems, ["document broken.h5 unreadable"]);
});

test("in an aggregate file each song has its own segments", async (t) => {
  const path = join(await makeTempFolder(t), "aggregate.h5");
  const content = summaryOf(2);
  const segments = Float64Array.from({ length: 60 }, (_, place) => (place < 24 ? 1 : 5));
  await writeHdf5(path, {
    tables: {
      ...content.tables,
      "analysis/songs": {
        ...content.tables["analysis/songs"],
        idx_segments_timbre: Int32Array.of(0, 2),
      },
    },
    segments,
  });
  const { table, rows } = await readLocation(path);
  const column = table.columns.indexOf("avg_timbre1");
  assert.deepEqual(
    rows.map(({ cells }) => cells[column]),
    [1, 5],
  );
});

test("cut, damaged and foreign HDF5 files are refused without a word on standard error", async (t) => {
  const folder = await makeTempFolder(t);
  const path = join(folder, "whole.h5");
  await writeHdf5(path, summaryOf(500));
  const whole = await readFile(path);
  const cut = join(folder, "cut.h5");
  await writeFile(cut, whole.subarray(0, whole.length >> 1));
  await assert.rejects(readLocation(cut), { code: "bad_song_file", message: /truncated file/u });

  const bent = join(folder, "bent.h5");
  await writeFile(
    bent,
    whole.map((byte, place) => (place > 4000 && place % 97 === 0 ? byte ^ 0x5a : byte)),
  );
  await assert.rejects(readLocation(bent), {
    code: "bad_song_file",
    message: /damaged or cut HDF5/u,
  });

  const foreign = join(folder, "foreign.h5");
  await writeHdf5(foreign, { tables: { measurements: { x: Float64Array.of(1, 2) } } });
  await assert.rejects(readLocation(foreign), {
    code: "bad_song_file",
    message: /none of the Million Song Dataset/u,
  });
});

test("an HDF5 file reaches no other file of the machine", async (t) => {
  const folder = await makeTempFolder(t);
  const secret = join(folder, "secret.h5");
  await writeHdf5(secret, summaryOf(3));
  const path = join(folder, "linking.h5");
  const { "analysis/songs": analysis } = summaryOf(3).tables;
  await writeHdf5(path, {
    tables: analysis === undefined ? {} : { "analysis/songs": analysis },
    externalLink: { name: "metadata", file: secret },
  });
  await assert.rejects(readLocation(path), { code: "bad_song_file" });
});
