import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { maxObjectBytes } from "../../../src/import/format/json-table.js";
import { recogniseTable } from "../../../src/import/format/recognise.js";
import { cellsOf, readContent, sourceOf } from "../memory-source.js";
import { readAll } from "../read-all.js";

test("JSON lines become a table with a dotted column for each nested value", async () => {
  const read = await readContent(
    [
      '{"name":"A","artists":[{"name":"X"},{"name":"Y"}],"audio":{"tempo":120.5,"timbre":[1,2]},"live":true}',
      "",
      '{"name":"B","artists":[{"name":"X"}],"genres":["rock"],"note":null}',
    ].join("\n"),
  );
  assert.equal(read.table.format, "JSON lines, UTF-8");
  assert.deepEqual(read.table.columns, [
    "name",
    "artists.name",
    "audio.tempo",
    "audio.timbre.0",
    "audio.timbre.1",
    "live",
    "genres",
    "note",
  ]);
  assert.deepEqual(read.rows, [
    { place: 1, cells: ["A", '["X","Y"]', 120.5, 1, 2, "true", undefined, undefined] },
    { place: 3, cells: ["B", "X", undefined, undefined, undefined, undefined, "rock", undefined] },
  ]);
});

test("a line that is cut off takes no other along", async () => {
  const read = await readContent('{"t":"A","n":1}\n{"t":"B\n{"t":"C","n":3}\n5\n{"t":"D"');
  assert.deepEqual(read.problems, ["2 unreadable", "4 unreadable", "5 unreadable"]);
  assert.deepEqual(cellsOf(read), [
    ["A", 1],
    ["C", 3],
  ]);
});

test("an array is read object by object, brackets within texts ignored", async () => {
  const read = await readContent(
    '\ufeff[\n {"t":"a]","n":1},\n {"t":"b\\"}","n":2}, 5,\n\n{"t":"c","deep":{"x":[[1]]}}]\n',
    3,
  );
  assert.equal(read.table.format, "JSON array, UTF-8");
  assert.deepEqual(
    read.rows.map(({ place, cells }) => [place, cells[0]]),
    [
      [2, "a]"],
      [3, 'b"}'],
      [5, "c"],
    ],
  );
  assert.deepEqual(read.problems, ["3 unreadable"]);
});

test("an object that holds the list of songs is opened up", async () => {
  const read = await readContent(
    '{"total":2,"info":{"y":[1]},"text":"[{","items":[{"t":"a"},{"t":"b"}],"next":[{"t":"no"}]}',
  );
  assert.deepEqual(cellsOf(read), [["a"], ["b"]]);
});

test("objects one after the other need no lines", async () => {
  const read = await readContent('{\n "name": "A",\n "bpm": 1\n}\n{\n "name": "B"\n}');
  assert.equal(read.table.format, "JSON objects, UTF-8");
  assert.deepEqual(cellsOf(read), [
    ["A", 1],
    ["B", undefined],
  ]);
});

test("fields that begin after the first thousand objects are ignored and counted", async () => {
  const lines = Array.from({ length: 1200 }, (_, row) =>
    JSON.stringify({ t: `T${row}`, ...(row > 1100 ? { late: 1 } : {}) }),
  );
  const read = await readContent(lines.join("\n"), 1000);
  assert.deepEqual(read.table.columns, ["t"]);
  assert.equal(read.rows.length, 1200);
  assert.equal(read.table.format, "JSON lines, UTF-8; 1 fields that begin late ignored");
});

test("an object longer than the limit is counted and left out", async () => {
  const filler = Buffer.alloc(1 << 20, "x");
  const fillers = Array.from({ length: maxObjectBytes / filler.length }, () => filler);
  for (const [before, after] of [
    ['[{"t":"a"},{"t":"', '"},{"t":"b"}]'],
    ['{"t":"a"}\n{"t":"', '"}\n{"t":"b"}'],
  ] as const) {
    const pieces = [Buffer.from(before), ...fillers, Buffer.from(after)];
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const source = sourceOf(() => pieces, bytes);
    const read = await readAll(await recogniseTable(source, "unused"));
    assert.deepEqual(cellsOf(read), [["a"], ["b"]]);
    assert.match(read.problems[0] ?? "", /too_long/u);
  }
});

test("names of prototypes are names like any other", async () => {
  const read = await readContent('{"__proto__":{"x":1},"constructor":"A","t":"B"}\n{"t":"C"}\n');
  assert.deepEqual(read.table.columns, ["__proto__.x", "constructor", "t"]);
  assert.deepEqual(cellsOf(read)[0], [1, "A", "B"]);
});

test("JSON without any object that can be read is refused", async () => {
  await assert.rejects(readContent('[{"a":1,,}]'), {
    code: "bad_song_file",
    message: /no object/u,
  });
});

test("any objects come back out of an array, however the bytes arrive", async () => {
  const object = fc.record({
    t: fc.string({ unit: "grapheme" }),
    n: fc.double({ noNaN: true, noDefaultInfinity: true }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(object, { minLength: 1, maxLength: 8 }),
      fc.nat(20),
      async (objects, size) => {
        const read = await readContent(JSON.stringify(objects), size + 1);
        assert.deepEqual(
          cellsOf(read),
          objects.map(({ t, n }) => [t, Object.is(n, -0) ? 0 : n]),
        );
      },
    ),
    { numRuns: 100 },
  );
});
