import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { parsePythonList, unwrapPythonBytes } from "../../../src/import/format/python-text.js";

test("bytes are unwrapped: escapes undone as bytes, then read as UTF-8", () => {
  assert.equal(unwrapPythonBytes("b'Soul Deep'"), "Soul Deep");
  assert.equal(unwrapPythonBytes(`b"I Didn't"`), "I Didn't");
  assert.equal(unwrapPythonBytes(String.raw`b'Rapha\xc3\xabl'`), "Raphaël");
  assert.equal(unwrapPythonBytes(String.raw`b'It\'s \\ "x"'`), `It's \\ "x"`);
  assert.equal(unwrapPythonBytes("b''"), "");
  assert.equal(unwrapPythonBytes(String.raw`b'a\tb\0'`), "a\tb\0");
  assert.equal(unwrapPythonBytes(String.raw`b'\xff'`), "\ufffd");
});

test("what is not the repr of bytes is left alone", () => {
  for (const text of ["", "b", "b'", "bob", `b'x"`, "'x'", "B'x"]) {
    assert.equal(unwrapPythonBytes(text), undefined, text);
  }
});

test("lists of Python are read with either quote and with both", () => {
  assert.deepEqual(parsePythonList("['Ann Example', 'Bo']"), ["Ann Example", "Bo"]);
  assert.deepEqual(parsePythonList(`["Bo's", 'A "C" D']`), ["Bo's", 'A "C" D']);
  assert.deepEqual(parsePythonList(String.raw`['it\'s "x"', 'caf\xe9', "\u00fc", '\U0001F3B5']`), [
    `it's "x"`,
    "café",
    "ü",
    "🎵",
  ]);
  assert.deepEqual(parsePythonList("[]"), []);
  assert.deepEqual(parsePythonList("[1, 2.5, None, -3e-5]"), ["1", "2.5", "-3e-5"]);
  assert.deepEqual(parsePythonList("('a',)"), ["a"]);
  assert.deepEqual(parsePythonList(String.raw`[b'Rapha\xc3\xabl', "C, D"]`), ["Raphaël", "C, D"]);
});

test("titles in brackets are no lists", () => {
  for (const text of [
    "(Live)",
    "[Intro]",
    "[]x",
    "['a'",
    "['a' 'b']",
    "",
    "(+)",
    "[[1]]",
    "plain",
  ]) {
    assert.equal(parsePythonList(text), undefined, text);
  }
});

test("whatever JSON writes as a list of texts comes back", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme" })), (texts) => {
      assert.deepEqual(parsePythonList(JSON.stringify(texts)), texts);
    }),
  );
});

test("no text makes either of them throw", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("[", "]", "'", '"', "\\", "b", "x", "1", ",", " ") }),
      (text) => {
        parsePythonList(text);
        unwrapPythonBytes(text);
      },
    ),
    { numRuns: 200 },
  );
});
