import assert from "node:assert/strict";
import { test } from "node:test";
import { decideYearScale, parseYear } from "../../../src/import/columns/year-text.js";

const latest = 2027;

test("The year is read out of years and dates in all usual forms", () => {
  for (const text of [
    "1999",
    "1999.0",
    "1999-12-31",
    "1999-12",
    "1999/12/31",
    "31.12.1999",
    "31/12/1999",
    "12/31/1999",
    "19991231",
    "1999-12-31T10:00:00Z",
    "1999-12-31 23:59:59",
    "Dec 31, 1999",
    "31 décembre 1999",
    "1,999",
    "1.999",
    "1,999.00",
  ]) {
    assert.equal(parseYear(text, "year", latest), 1999, text);
  }
  assert.equal(parseYear(1999, "year", latest), 1999);
});

test("Year 0, what lies outside the possible and words for unknown are unknown", () => {
  for (const cell of [
    0,
    "0",
    "0000",
    "0.0",
    "",
    "nan",
    "NA",
    "-",
    "2028",
    "0999",
    "9999",
    undefined,
  ]) {
    assert.ok(Number.isNaN(parseYear(cell, "year", latest)), String(cell));
  }
});

test("A text without one clear year is none: a century is never guessed", () => {
  for (const text of ["31.12.99", "5/4/21", "soon", "1999-2001", "123", "19999", "1,99", "1.9"]) {
    assert.equal(parseYear(text, "year", latest), undefined, text);
  }
});

test("Seconds and milliseconds since 1970 are told by their size", () => {
  const seconds = ["946684800", "1262304000", "1609459200"];
  assert.equal(decideYearScale(seconds, latest), "epoch_s");
  assert.equal(parseYear("1262304000", "epoch_s", latest), 2010);
  assert.equal(
    decideYearScale(
      seconds.map((text) => `${text}000`),
      latest,
    ),
    "epoch_ms",
  );
  assert.equal(parseYear("1262304000000", "epoch_ms", latest), 2010);
  assert.equal(decideYearScale(["1999", "2001-05-01", ""], latest), "year");
  assert.equal(decideYearScale(["19991231", "20010501"], latest), "year");
  assert.equal(decideYearScale(["1,987", "2,001"], latest), "year");
  assert.equal(decideYearScale(["Help!", "Abbey Road"], latest), undefined);
  // Days since 1900, as spreadsheets count them, are a guess.
  assert.equal(decideYearScale(["36526", "40179"], latest), undefined);
});
