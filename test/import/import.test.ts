import assert from "node:assert/strict";
import { test } from "node:test";
import { parseMapping } from "../../src/import/columns/mapping.js";
import { EarshotError } from "../../src/errors.js";
import { importSongs } from "../../src/import/import.js";
import type { Cell, OpenedSource } from "../../src/import/table.js";
import {
  chance,
  importAll,
  importTable,
  type InventedTable,
  location,
  sourceOf,
} from "./tables.js";

const columns = ["id", "title", "artist", "year", "tempo", "energy", "mood"];

function songRow(row: number, id = `id-${row}`): Cell[] {
  const tempo = (70 + chance(row) * 99).toFixed(2);
  return [id, `Song ${row}`, "Band", "1999", tempo, chance(row, 2).toFixed(3), "happy"];
}

function table(from: number, count: number, name = "invented.csv"): InventedTable {
  return { name, columns, rows: Array.from({ length: count }, (_, row) => songRow(from + row)) };
}

test("Rows that are no songs are counted by reason, with their places", async () => {
  const rows = Array.from({ length: 30 }, (_, row) => songRow(row));
  rows[3] = ["x", "", "Band", "1999", "100", "0.5", ""];
  rows[4] = ["x", "Song", " ", "1999", "100", "0.5", ""];
  rows[5] = ["x", "Song", "Band", "1999", "", "nan", ""];
  rows[6] = ["x", "Song", "Band", "Rock", "loud", "quick", ""];
  const { songs, report } = await importTable({
    columns,
    rows,
    problems: [{ place: 40, problem: "short" }],
  });
  assert.equal(songs.length, 26);
  assert.equal(report.rows, 31);
  assert.deepEqual(report.sources[0]?.skipped, [
    { reason: "short", count: 1, places: [40] },
    { reason: "no_title", count: 1, places: [5] },
    { reason: "no_artist", count: 1, places: [6] },
    { reason: "no_feature", count: 1, places: [7] },
    { reason: "shifted", count: 1, places: [8] },
  ]);
  assert.equal(report.samples.length, 3);
});

test("Several files become one catalogue: features are united, and one id is one song", async () => {
  const other = {
    name: "other.csv",
    columns: ["track_id", "name", "artist_name", "valence_%"],
    rows: Array.from({ length: 60 }, (_, row) => [
      row < 10 ? `id-${row}` : `other-${row}`,
      `Song ${row}`,
      "Band",
      String(Math.floor(chance(row, 4) * 101)),
    ]),
  };
  const { songs, report } = await importAll([
    location(sourceOf(table(0, 50))),
    location(sourceOf(other)),
  ]);
  assert.equal(songs.length, 100);
  assert.deepEqual(report.sources[1]?.skipped, [
    { reason: "repeated_id", count: 10, places: [2, 3, 4, 5, 6] },
  ]);
  assert.deepEqual(Object.keys(songs[0]?.features ?? {}), ["tempo", "energy"]);
  assert.deepEqual(Object.keys(songs.at(-1)?.features ?? {}), ["valence"]);
});

test("What is no song file is passed over beside others in a folder, and refused alone", async () => {
  const broken: OpenedSource = {
    name: "readme.txt",
    totalBytes: 3,
    table: async () => {
      throw new EarshotError("bad_song_file", "readme.txt is not a song file");
    },
  };
  const { songs, report } = await importAll([location(broken, sourceOf(table(0, 30)))]);
  assert.equal(songs.length, 30);
  assert.deepEqual(report.unusable, [
    { name: "readme.txt", reason: "readme.txt is not a song file" },
  ]);
  await assert.rejects(importAll([location(sourceOf(table(0, 30))), location(broken)]), {
    code: "bad_song_file",
    message: "readme.txt is not a song file",
  });
});

test("A file that lacks something is refused, naming what it has and what it needs", async () => {
  const rows = [["1", "2", "3"]];
  await assert.rejects(importTable({ columns: ["title", "artist", "Stimmung"], rows }), {
    code: "bad_song_file",
    message:
      /it has columns for title, artist, but none for the sound \(tempo, .*Its columns are title, artist, Stimmung; --map/u,
  });
  await assert.rejects(importTable({ columns: ["", "", ""], rows }), {
    message:
      /none of its columns is known, and title and artist and the sound .* column 1, column 2, column 3/u,
  });
  const lost = Array.from({ length: 40 }, (_, row) => [`S${row}`, "A", String(row * 29 + 101)]);
  await assert.rejects(importTable({ columns: ["title", "artist", "energy"], rows: lost }), {
    message: /energy: its scale cannot be told: 101 to 1232/u,
  });
});

test("The user's word decides what a column means", async () => {
  const rows = Array.from({ length: 40 }, (_, row) => [
    `Song ${row}`,
    `Band ${row}`,
    chance(row).toFixed(3),
    chance(row, 2).toFixed(3),
    String(row),
  ]);
  const odd = { columns: ["Was", "Wer", "energy", "Stimmung", ""], rows };
  const map = ["Was=title", "wer=artist", "energy=-", "Stimmung=valence", "5=feature"];
  const { songs, column } = await importTable(odd, map.map(parseMapping));
  assert.deepEqual(songs[7], {
    id: undefined,
    title: "Song 7",
    artist: "Band 7",
    year: undefined,
    popularity: undefined,
    durationS: undefined,
    features: { valence: Number(rows[7]?.[3]), column_5: 7 },
  });
  assert.equal(column("energy")?.left_out, "left out as --map says");
});

test("A mapping that means nothing is wrong use, and says what there is", async () => {
  for (const text of ["tempo", "=tempo", "Was=loud", "x="]) {
    assert.throws(() => parseMapping(text), {
      code: "bad_usage",
      message: /COLUMN=FIELD, not ".*fields are title, artist, .*loudness.*-/u,
    });
  }
  assert.deepEqual(parseMapping("a=b=tempo"), { column: "a=b", field: "tempo" });
  await assert.rejects(importTable(table(0, 5), [parseMapping("temop=tempo")]), {
    code: "bad_usage",
    message: /no such column; did you mean "tempo"\? the columns are id, title, artist, year/u,
  });
  const files = [location(sourceOf(table(0, 30))), location(sourceOf(table(50, 30)))];
  await assert.rejects(importAll(files, { map: [parseMapping("nowhere=tempo")] }), {
    code: "bad_usage",
  });
});

test("A mapping that cannot be done, or contradicts another, is wrong use and says why", async () => {
  for (const [map, expected] of [
    [["tempo=energy"], /"tempo=energy" cannot be done: its scale cannot be told/u],
    [["title=year"], /"title=year" cannot be done: it holds no years/u],
    [["mood=valence"], /"mood=valence" cannot be done: it holds text/u],
    [["tempo=tempo", "5=-"], /tempo is mapped to tempo and to -/u],
    [["tempo=loudness", "energy=loudness"], /tempo and energy are both mapped to loudness/u],
  ] as const) {
    await assert.rejects(importTable(table(0, 30), map.map(parseMapping)), {
      code: "bad_usage",
      message: expected,
    });
  }
});

test("A column of a known name on a scale of its own is compared as it is when the user says so", async () => {
  const rows = Array.from({ length: 30 }, (_, row) => [`Song ${row}`, "Band", `${row % 10}`]);
  const steps = { columns: ["title", "artist", "energy"], rows };
  const { songs } = await importTable(steps, [parseMapping("energy=feature")]);
  assert.deepEqual(songs[7]?.features, { energy_raw: 7 });
});

test("Meanings that the format defines are taken as they are, empty cells from the next such column", async () => {
  const known = new Map([
    [0, "title"],
    [1, "artist"],
    [2, "year"],
    [3, "year"],
    [4, "tempo"],
    [5, "average_loudness"],
  ]);
  const { songs } = await importTable({
    columns: ["a", "b", "original", "date", "bpm", "loud"],
    known,
    rows: [["Song", "Band", undefined, 1987, 120.5, 0.5]],
  });
  assert.equal(songs[0]?.year, 1987);
  assert.deepEqual(songs[0]?.features, { tempo: 120.5, average_loudness: 0.5 });
});

test("It stops in the middle when it is called off, and tells how far it is", async () => {
  const stopping = new AbortController();
  const reason = new Error("enough");
  const seen: number[] = [];
  const { songs } = importSongs({
    locations: [location(sourceOf(table(0, 30_000)))],
    map: [],
    signal: stopping.signal,
    onProgress: ({ rows, bytes, totalBytes }) => {
      seen.push(rows);
      assert.equal(bytes, rows);
      assert.equal(totalBytes, 30_000);
      if (rows === 500) stopping.abort(reason);
    },
  });
  let count = 0;
  await assert.rejects(async () => {
    for await (const batch of songs) count += batch.filter(({ title }) => title !== "").length;
  }, reason);
  assert.equal(count, 500);
  assert.deepEqual(seen, [100, 200, 300, 400, 500]);
});
