import assert from "node:assert/strict";
import { test } from "node:test";
import { readLocation } from "../read-all.js";
import { sharedFile } from "../shared-data.js";

/** What the notes beside the files say of them. */
const files = [
  {
    name: "SongCSV.csv",
    rows: 10_000,
    columns: 23,
    format: "text, separated by commas, UTF-8, CRLF",
  },
  {
    name: "spotify_tracks_c.csv",
    rows: 13_180,
    columns: 24,
    format: "text, separated by commas, UTF-8, CRLF",
  },
  {
    name: "songs_normalize.csv",
    rows: 2000,
    columns: 18,
    format: "text, separated by commas, UTF-8, CRLF",
  },
  {
    name: "taste_triplets_visible.txt",
    rows: 7093,
    columns: 3,
    format: "text, separated by tabs, UTF-8, LF",
  },
  {
    name: "taste_triplets_hidden.txt",
    rows: 7345,
    columns: 3,
    format: "text, separated by tabs, UTF-8, LF",
  },
  {
    name: "unique_tracks.first5000.txt",
    rows: 5000,
    columns: 4,
    format: "text, separated by <SEP>, UTF-8, LF",
  },
];

for (const { name, rows, columns, format } of files) {
  const { path, skip } = sharedFile(name);
  test(`every row of ${name} is read, and nothing is wrong with any`, { skip }, async () => {
    const read = await readLocation(path);
    assert.equal(read.table.format, format);
    assert.equal(read.table.columns.length, columns);
    assert.equal(read.rows.length, rows);
    assert.deepEqual(read.problems, []);
    assert.ok(read.rows.every(({ cells }) => cells.length === columns));
  });
}

const genre = sharedFile("msd_genre_dataset.excerpt.txt");
test(
  "the 72 lines of the genre file that are cut off are short, all others whole",
  { skip: genre.skip },
  async () => {
    const { table, rows, problems } = await readLocation(genre.path);
    assert.equal(table.columns.length, 34);
    assert.equal(rows.length, 9197);
    assert.equal(problems.length, 72);
    assert.ok(problems.every((problem) => problem.endsWith(" short")));
    assert.equal(problems[0], "14 short");
  },
);

const bytes = sharedFile("SongCSV.csv");
test("bytes of Python with quotes within quotes stay whole", { skip: bytes.skip }, async () => {
  const { rows } = await readLocation(bytes.path);
  const titles = rows.map(({ cells }) => String(cells[2]));
  assert.ok(titles.every((title) => /^b(?:'.*'|".*")$/su.test(title)));
  assert.equal(titles.filter((title) => title.startsWith('b"')).length, 1103);
});

const tracks = sharedFile("unique_tracks.first5000.txt");
test(
  "the four columns of unique_tracks are known without a header",
  { skip: tracks.skip },
  async () => {
    const { table } = await readLocation(tracks.path);
    assert.deepEqual(
      [...(table.known ?? [])],
      [
        [0, "id"],
        [2, "artist"],
        [3, "title"],
      ],
    );
  },
);
