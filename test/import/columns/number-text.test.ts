import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { decideStyle, parseNumber, weighStyles } from "../../../src/import/columns/number-text.js";

test("Numbers are read as people and programs write them", () => {
  const point: readonly (readonly [string, number])[] = [
    ["0.55", 0.55],
    ["-5.883", -5.883],
    ["−5.883", -5.883],
    ["+3", 3],
    [" 120 ", 120],
    ["2.02e-05", 2.02e-5],
    ["1E3", 1000],
    [".5", 0.5],
    ["1,234", 1234],
    ["1,234,567.5", 1_234_567.5],
    ["1 234 567", 1_234_567],
    ["1\u00A0234", 1234],
    ["1'234", 1234],
    ["45%", 45],
    ["45 %", 45],
    ["-7.2 dB", -7.2],
    ["120 BPM", 120],
  ];
  for (const [text, value] of point) assert.equal(parseNumber(text, "point"), value, text);
  const comma: readonly (readonly [string, number])[] = [
    ["0,55", 0.55],
    ["-5,883", -5.883],
    ["1.234,5", 1234.5],
    ["1.234.567", 1_234_567],
    ["120", 120],
    [",5", 0.5],
  ];
  for (const [text, value] of comma) assert.equal(parseNumber(text, "comma"), value, text);
});

test("Words for unknown are NaN, and what is no number is undefined", () => {
  for (const text of [
    "",
    " ",
    "nan",
    "NaN",
    "NA",
    "N/A",
    "null",
    "None",
    "-",
    "?",
    "\\N",
    "#N/A",
    "inf",
    "1e999",
  ]) {
    assert.ok(Number.isNaN(parseNumber(text, "point")), text);
  }
  assert.ok(Number.isNaN(parseNumber(undefined, "point")));
  assert.ok(Number.isNaN(parseNumber(Number.POSITIVE_INFINITY, "point")));
  for (const text of [
    "Queen",
    "1,23",
    "12,34,567",
    "1.2.3",
    "0,735",
    "3:05",
    "0x1F",
    "12 cats",
    "--5",
    "5-",
  ]) {
    assert.equal(parseNumber(text, "point"), undefined, text);
  }
  for (const text of ["0.735", "1.23", "1,2,3"]) {
    assert.equal(parseNumber(text, "comma"), undefined, text);
  }
});

const numbers = fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((value) => value + 0);

test("Whatever JavaScript writes is read back exactly", () => {
  fc.assert(
    fc.property(numbers, (value) => {
      assert.equal(parseNumber(String(value), "point"), value);
      assert.equal(parseNumber(String(value).replace(".", ","), "comma"), value);
    }),
  );
});

test("Grouped numbers are read back as they are written in English and German", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -1e9, max: 1e9 }),
      fc.integer({ min: 0, max: 99 }),
      (whole, cents) => {
        const value = Number(`${whole}.${String(cents).padStart(2, "0")}`);
        const options = { minimumFractionDigits: 2, useGrouping: true } as const;
        assert.equal(parseNumber(value.toLocaleString("en", options), "point"), value);
        assert.equal(parseNumber(value.toLocaleString("de", options), "comma"), value);
      },
    ),
  );
});

test("No text makes it throw, or gives anything but a finite number, NaN or undefined", () => {
  const texts = fc.string({
    unit: fc.constantFrom(...Array.from("0123456789.,'- +%eE dB\u00A0−x")),
  });
  fc.assert(
    fc.property(texts, fc.constantFrom("point", "comma"), (text, style) => {
      const value = parseNumber(text, style);
      assert.ok(value === undefined || Number.isNaN(value) || Number.isFinite(value));
    }),
    { numRuns: 300 },
  );
});

test("The separators of a column say how it writes numbers, where they can", () => {
  const styleOf = (cells: readonly string[]) => decideStyle(weighStyles(cells));
  assert.equal(styleOf(["0.5", "12.25"]), "point");
  assert.equal(styleOf(["0,5", "12,25"]), "comma");
  assert.equal(styleOf(["1.234,5"]), "comma");
  assert.equal(styleOf(["1,234.5"]), "point");
  assert.equal(styleOf(["1.234.567"]), "comma");
  assert.equal(styleOf(["12", "13"]), "point");
  assert.equal(styleOf(["1,234", "5,678"]), undefined);
  assert.equal(styleOf(["-5.883", "-9.381"]), undefined);
});
