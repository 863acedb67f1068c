import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EarshotError } from "../../../src/errors.js";
import { cellsOf, readContent } from "../memory-source.js";

test("whatever cells are quoted as RFC 4180 says come back, however the bytes arrive", async () => {
  const cell = fc.string({ unit: fc.constantFrom("a", "ö", ",", '"', "\n", " ", ";", "'", "1") });
  const row = fc.tuple(cell, cell, cell);
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 20 }),
      fc.nat(30),
      async (rows, size) => {
        const text = rows
          .map((cells, at) => [...cells, `${at}.5`].map(quoted).join(","))
          .join("\r\n");
        const read = await readContent(`"a","t","x","n"\r\n${text}\r\n`, size + 1);
        assert.deepEqual(
          cellsOf(read),
          rows.map((cells, at) => [...cells, `${at}.5`]),
        );
      },
    ),
    // Without quotes each of these three lines has four cells as well.
    { numRuns: 100, examples: [[[[",,", "\n", ","]], 0]] },
  );
});

test("no mixture of marks makes a row of another width, or one that depends on how bytes arrive", async () => {
  const marks = [
    '"',
    "\n",
    "\r\n",
    ",",
    ";",
    "\t",
    "<SEP>",
    "#",
    "%",
    "'",
    '""',
    "\\",
    "b'",
    '"b"',
  ];
  const piece = fc.constantFrom(
    ...marks,
    "{",
    "}",
    "[",
    "]",
    ":",
    "1",
    "a",
    "ö",
    "0.5",
    "\ufeff",
    "\n",
  );
  const text = fc.array(piece, { minLength: 1, maxLength: 200 }).map((pieces) => pieces.join(""));
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 50 }), async (content, size) => {
      const [read, again] = [await readOrRefuse(content, size), await readOrRefuse(content, 1000)];
      assert.deepEqual(read?.rows, again?.rows);
      const width = read?.table.columns.length;
      assert.ok(read?.rows.every(({ cells }) => cells.length === width) ?? true);
    }),
    { numRuns: 150 },
  );
});

/** undefined when it is told that this is no song file; any other fault is one of the reader. */
async function readOrRefuse(content: string, pieceBytes: number) {
  try {
    return await readContent(content, pieceBytes);
  } catch (error) {
    if (error instanceof EarshotError && error.code === "bad_song_file") return undefined;
    throw error;
  }
}

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}
