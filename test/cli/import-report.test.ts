import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { createProgressDisplay, describeReading } from "../../src/cli/import-progress.js";
import { formatReport } from "../../src/cli/import-report.js";
import { count, countOf } from "../../src/cli/numbers.js";
import { columnsOf } from "../../src/cli/printable.js";
import type { ImportReport } from "../../src/import/report.js";

const quietTerminal = {
  write() {},
  writeError() {},
  isInteractive: false,
  isColoured: false,
  isLogTerminal: false,
  isLogColoured: false,
  columns: 80,
  input: new PassThrough(),
};

const report: ImportReport = {
  rows: 12_345,
  songs: 12_300,
  sources: [
    {
      name: "songs.csv in data.zip",
      format: "text, separated by commas, UTF-8, CRLF",
      rows: 12_345,
      songs: 12_300,
      skipped: [
        { reason: "short", count: 44, places: [14, 627, 782, 1567] },
        { reason: "no_title", count: 1, places: ["row 23"] },
      ],
      columns: [
        { column: "Titel", taken_as: "title", unknown_share: 0.0001 },
        { column: "Dauer (ms)", taken_as: "duration", form: "ms", least: 30.0834, most: 4320.028 },
        {
          column: "bpm",
          taken_as: "tempo",
          least: 34.496,
          most: 243.372,
          unknown_share: 0.25,
          impossible: 900,
          other_scale: { from: 10_001, to: 12_345 },
          warning: true,
        },
        ...Array.from({ length: 12 }, (_, index) => ({
          column: `avg_timbre${index + 1}`,
          taken_as: `avg_timbre${index + 1}`,
          least: -3,
          most: 4,
          unknown_share: index === 3 ? 0.5 : 0,
        })),
        {
          column: "energy",
          left_out: "its scale cannot be told: 7 to 999, expected 0 to 1 or 0 to 100",
          warning: true,
        },
        { column: "explicit", left_out: "about the words, not the sound" },
      ],
    },
  ],
  unusable: [{ name: "readme.txt", reason: "readme.txt is not a song file" }],
  samples: [
    {
      title: "Ein Lied",
      artist: "Wir",
      year: 1999,
      features: { mode: 1, energy: 0.5, tempo: 120.123 },
    },
  ],
};

test("The report fits a terminal of 80 columns and says what was found", () => {
  const text = formatReport(report, 80);
  for (const line of text.split("\n")) assert.ok(columnsOf(line) <= 80, line);
  for (const expected of [
    /^songs\.csv in data\.zip: text, separated by commas, UTF-8, CRLF$/mu,
    /^ {2}12,345 rows read, 12,300 songs kept$/mu,
    /^ {2}44 left out: cut off, .* \(lines 14, 627, 782 …\)$/mu,
    /^ {2}1 left out: no title \(row 23\)$/mu,
    /^ {2}Titel +title +0\.01 %$/mu,
    /^ {2}Dauer \(ms\) +duration \(ms\) +30\.08 to 4320 s +0 %$/mu,
    /^! bpm +tempo +34\.5 to 243\.4 BPM +25 %\n {26}900 impossible values\n {26}rows 10,001 to 12,345 hold another scale: several/mu,
    /^ {2}avg_timbre1 … \S+ +12 features +50 %$/mu,
    /^! energy +its scale cannot be told: 7 to 999, expected 0 to 1 or\n {26}0 to 100$/mu,
    /^! readme\.txt is not a song file$/mu,
    /^ {2}Ein Lied by Wir \(1999\): tempo 120\.1, energy 0\.5, mode 1$/mu,
  ]) {
    assert.match(text, expected);
  }
});

test("Nothing in a file brings an escape sequence to the terminal", () => {
  const evil = "\u001B[31mEVIL\u202E\n";
  const [source] = report.sources;
  assert.ok(source !== undefined);
  const text = formatReport(
    {
      ...report,
      sources: [
        {
          ...source,
          name: evil,
          format: evil,
          columns: [
            { column: evil, taken_as: evil },
            { column: evil, left_out: evil },
          ],
        },
      ],
      unusable: [{ name: evil, reason: evil }],
      samples: [{ title: evil, artist: evil, features: { [evil]: 1 } }],
    },
    80,
  );
  assert.doesNotMatch(text, /[\u0000-\u0009\u000B-\u001F\u202E]/u);
  const reading = { source: evil, bytes: 1, totalBytes: 2, rows: 1, songs: 1 };
  assert.doesNotMatch(describeReading(reading, 1000), /[\u0000-\u001F\u202E]/u);
});

test("Progress says percent, rows, rows a second and the time that is left", () => {
  const progress = {
    source: "songs.csv",
    bytes: 250,
    totalBytes: 1000,
    rows: 30_000,
    songs: 29_000,
  };
  assert.equal(
    describeReading(progress, 20_000),
    "█████░░░░░░░░░░░░░░░  25 % 30,000 rows, 1,500/s, 1:00 left  songs.csv",
  );
  assert.equal(
    describeReading({ ...progress, totalBytes: undefined }, 20_000),
    "songs.csv: 30,000 rows, 1,500/s",
  );
  assert.match(
    describeReading({ ...progress, bytes: 0, rows: 0 }, 0),
    /^░{20} +0 % 0 rows, 0\/s {2}/u,
  );
});

test("Numbers are grouped, and one thing is no plural", () => {
  assert.equal(count(1_234_567), "1,234,567");
  assert.deepEqual(
    [0, 1, 1930].map((value) => countOf(value, "song")),
    ["0 songs", "1 song", "1,930 songs"],
  );
});

test("A log gets one kind of line while songs are read and written", () => {
  const lines: string[] = [];
  let time = 0;
  const terminal = { ...quietTerminal, writeError: (line: string) => void lines.push(line) };
  const display = createProgressDisplay(terminal, () => time);
  const details = { source: "a.csv", bytes: 1, totalBytes: 2, rows: 10, songs: 9 };
  for (let turn = 1; turn <= 3; turn += 1) {
    time = turn * 10_000;
    display.show({ from: "build", progress: { stage: "songs", songs: 9 } });
    display.show({ from: "songs", details });
  }
  assert.equal(lines.length, 3);
  assert.ok(
    lines.every((line) => line.includes("10 rows")),
    lines.join(),
  );
});
