import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { cleanText, decideWrapping, unwrapText } from "../../../src/import/columns/cell-text.js";
import { anyText } from "../../support/any-text.js";

test("Titles are shown as they were meant", () => {
  assert.equal(cleanText("  Two   blanks "), "Two blanks");
  assert.equal(cleanText("Du R&#232;ve"), "Du Rève");
  assert.equal(cleanText("Caf&eacute; &amp; Bar &nosuch;"), "Café & Bar &nosuch;");
  assert.equal(cleanText("I\u0019m \u001CHere\u001D"), "I’m “Here”");
  assert.equal(cleanText("a\u0007b\u202Ec".replace("\u202E", "\u0000")), "a b c");
  assert.equal(cleanText("Mama_ mama"), "Mama_ mama");
  assert.equal(cleanText("e\u0301"), "é");
  assert.equal(cleanText(1973), "1973");
  for (const nothing of ["", "  ", "nan", "NULL", "\\N", undefined])
    assert.equal(cleanText(nothing), "");
  for (const title of ["None", "?", "-", "N/A", "Unknown"]) assert.equal(cleanText(title), title);
});

test("A text is at most 500 characters long, whatever it is", () => {
  assert.equal(cleanText("x".repeat(100_000)).length, 500);
  assert.equal(cleanText(`${"x".repeat(498)}😀😀`).at(-2), "x");
  fc.assert(
    fc.property(anyText(700), (text) => {
      const cleaned = cleanText(text);
      assert.ok(cleaned.length <= 500);
      assert.doesNotMatch(cleaned, /[\p{Cc}\p{Cs}]/u);
    }),
    { numRuns: 40 },
  );
});

test("Python bytes and lists are taken out of their wrapping", () => {
  const bytes = ["b'Soul Deep'", `b"I Didn't Mean To"`, String.raw`b'Rapha\xc3\xabl'`];
  assert.equal(decideWrapping(bytes, false), "bytes");
  assert.deepEqual(
    bytes.map((text) => unwrapText(text, "bytes")),
    ["Soul Deep", "I Didn't Mean To", "Raphaël"],
  );
  const lists = ["['Ann', 'Bo']", `["Billo's"]`, `['Francisco "Charro" Avitia']`];
  assert.equal(decideWrapping(lists, true), "list");
  assert.equal(decideWrapping(lists, false), "none");
  assert.deepEqual(
    lists.map((text) => unwrapText(text, "list")),
    ["Ann; Bo", "Billo's", 'Francisco "Charro" Avitia'],
  );
  assert.equal(unwrapText("Ann;Bo ; Ann", "semicolons"), "Ann; Bo");
  assert.equal(decideWrapping(["Ann;Bo", "Cy"], true), "semicolons");
  assert.equal(decideWrapping(["Ann", "[Cy]"], true), "none");
});
