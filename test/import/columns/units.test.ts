import assert from "node:assert/strict";
import { test } from "node:test";
import type { Cell } from "../../../src/import/table.js";
import { chance, importTable, tableWith } from "../tables.js";

/** What one column was taken for, and the value in the song of row 1. */
async function understand(column: string, cell: (row: number) => Cell, count?: number) {
  const imported = await importTable(tableWith(column, cell, count));
  const report = imported.column(column);
  const feature = report?.taken_as ?? "";
  const value = imported.songs.find(({ title }) => title === "Song 1")?.features[feature];
  return { ...report, value, songs: imported.songs };
}

const share = (row: number): number => Math.round(chance(row) * 1000) / 1000;
const whole = (row: number): number => Math.floor(chance(row) * 101);

test("A share is read as it is, and percent is brought to 0 to 1", async () => {
  const plain = await understand("energy", (row) => String(share(row)));
  assert.equal(plain.taken_as, "energy");
  assert.equal(plain.form, undefined);
  assert.equal(plain.value, share(1));
  for (const [name, cell] of [
    ["energy", (row: number) => String(whole(row))],
    ["energy_%", (row: number) => String(whole(row))],
    ["Energy (%)", (row: number) => `${whole(row)}`],
    ["energy", (row: number) => `${whole(row)} %`],
  ] as const) {
    const percent = await understand(name, cell);
    assert.equal(percent.taken_as, "energy", name);
    assert.equal(percent.form, "percent");
    assert.equal(percent.value, whole(1) / 100);
  }
});

test("A column in percent that is nearly always 0 goes by the columns beside it", async () => {
  const table = tableWith("danceability", (row) => String(whole(row)));
  const rare = (row: number) => (row === 7 ? "63" : row % 40 === 0 ? "1" : "0");
  const { songs, column } = await importTable({
    columns: [...table.columns, "instrumentalness"],
    rows: table.rows.map((cells, row) => [...cells, rare(row)]),
  });
  assert.equal(column("instrumentalness")?.form, "percent");
  assert.equal(songs[7]?.features["instrumentalness"], 0.63);
});

test("A column whose scale cannot be told is left out with a warning, never guessed", async () => {
  const lost = (row: number) => String(share(row)).replace("0.", "");
  const halfLost = (row: number) =>
    (Math.round(chance(row) * 100) / 100)
      .toFixed(2)
      .replace(/^0\.|0$|\.?00$/gu, "")
      .replace(/0$/u, "");
  for (const [name, cell, reason] of [
    ["energy", lost, /scale cannot be told: .* expected 0 to 1 or 0 to 100/u],
    ["energy", halfLost, /lost its decimals|scale cannot be told/u],
    ["energy", (row: number) => String(1 + (row % 10)), /scale cannot be told: 1 to 10/u],
    ["energy_%", (row: number) => String(share(row)), /its name says percent/u],
    [
      "energy",
      (row: number) => (row % 2 === 0 ? String(share(row)) : String(whole(row))),
      /cannot be told/u,
    ],
    [
      "loudness",
      (row: number) => String(-Math.round(chance(row) * 20_000)),
      /expected -80 to 10 dB/u,
    ],
    ["popularity", (row: number) => String(row * 1000), /cannot be told/u],
  ] as const) {
    const { taken_as, left_out = "", warning } = await understand(name, cell);
    assert.equal(taken_as, undefined, left_out);
    assert.match(left_out, reason);
    assert.equal(warning, name === "popularity" ? undefined : true);
  }
  const tempo = await importTable({
    columns: ["title", "artist", "energy", "tempo"],
    rows: Array.from({ length: 100 }, (_, row) => [
      `S${row}`,
      "A",
      String(share(row)),
      String(60 + share(row) * 100).replace(".", ""),
    ]),
  });
  assert.match(tempo.column("tempo")?.left_out ?? "", /10 to 400 BPM/u);
});

test("Shares among percent are refused, however few; percent that crowds near 0 is not", async () => {
  const decimals = (row: number) => (chance(row) * 100).toFixed(2);
  for (const [every, other] of [
    [7, decimals],
    [20, decimals],
    [7, (row: number) => String(whole(row))],
    [60, (row: number) => String(whole(row))],
  ] as const) {
    const cell = (row: number) => (row % every === 0 ? share(row).toFixed(3) : other(row));
    const { left_out, warning } = await understand("energy", cell, 700);
    assert.match(
      left_out ?? "taken",
      /some rows are 0 to 1 and others 0 to 100/u,
      `every ${every}`,
    );
    assert.equal(warning, true);
  }
  const even = await understand("energy", decimals, 700);
  assert.equal(even.form, "percent");
  const crowded = (row: number) => (10 ** (chance(row) * 3.5 - 1.5)).toFixed(4);
  const named = await understand("acousticness (%)", crowded, 700);
  assert.equal(named.form, "percent", named.left_out);
});

test("A % sign in every cell leaves no doubt, however low the percents are", async () => {
  const low = await understand("speechiness", (row) => `${share(row)} %`);
  assert.equal(low.form, "percent", low.left_out);
  assert.equal(low.value, share(1) / 100);
});

test("Loudness on another scale is a feature of its own", async () => {
  const decibels = (row: number) => (-2 - chance(row) * 18).toFixed(3);
  const cases: readonly (readonly [string, (row: number) => Cell, string])[] = [
    ["loudness", decibels, "loudness"],
    ["Loudness (dB)", (row) => decibels(row).replace("-", "−"), "loudness"],
    ["Loudness (dB)", (row) => `${decibels(row)} dB`, "loudness"],
    ["loudness", (row) => decibels(row).replace("-", ""), "loudness_positive"],
    ["loudness", (row) => share(row), "average_loudness"],
    ["Loudness (LUFS)", decibels, "loudness_ebu128"],
    ["Integrated Loudness", decibels, "loudness_ebu128"],
  ];
  for (const [name, cell, feature] of cases) {
    assert.equal((await understand(name, cell)).taken_as, feature, name);
  }
  for (const odd of [
    (row: number) => (chance(row) * 6 - 3).toFixed(3),
    (row: number) => String(40 + (whole(row) % 56)),
  ]) {
    const { left_out = "taken", warning } = await understand("loudness", odd);
    assert.match(left_out, /scale cannot be told: .* half below -3 dB/u);
    assert.equal(warning, true);
  }
  const zero = await understand("loudness", (row) => (row === 1 ? "0.566" : decibels(row)));
  assert.equal(zero.value, 0.566);
});

test("Durations are told apart by range and name", async () => {
  const seconds = (row: number) => 120 + Math.round(chance(row) * 200);
  const clock = (row: number) =>
    `${Math.floor(seconds(row) / 60)}:${String(seconds(row) % 60).padStart(2, "0")}`;
  const cases: readonly (readonly [string, (row: number) => Cell, number | undefined])[] = [
    ["duration", (row) => String(seconds(row)), seconds(1)],
    ["duration", (row) => String(seconds(row) * 1000), seconds(1)],
    ["duration_ms", (row) => String(seconds(row) * 1000), seconds(1)],
    ["Length", clock, seconds(1)],
    ["Length", (row) => `0:0${clock(row)}`.replace("0:0", "0:0"), seconds(1)],
    ["Dauer (min)", (row) => String(seconds(row) / 60), seconds(1)],
    ["Length", (row) => (1000 + seconds(row)).toLocaleString("en"), 1000 + seconds(1)],
    ["duration_ms", (row) => String(seconds(row)), undefined],
    ["Length", (row) => String(20 + (row % 3)), undefined],
  ];
  for (const [name, cell, expected] of cases) {
    const { songs, left_out } = await understand(name, cell);
    const [, song] = songs;
    if (expected === undefined) assert.match(left_out ?? "", /cannot be told/u);
    else
      assert.ok(Math.abs((song?.durationS ?? 0) - expected) < 1e-6, `${name} ${song?.durationS}`);
  }
});

test("Popularity from 0 to 100 or 0 to 1, mode and time signature in words", async () => {
  const { songs: hundred } = await understand("popularity", (row) => String(whole(row)));
  assert.equal(hundred[1]?.popularity, whole(1) / 100);
  const { songs: one } = await understand("song_hotttnesss", (row) =>
    row === 2 ? "nan" : String(share(row)),
  );
  assert.equal(one[1]?.popularity, share(1));
  assert.equal(one[2]?.popularity, undefined);
  assert.equal((await understand("Mode", (row) => (row % 3 === 0 ? "Minor" : "Major"))).value, 1);
  const meter = await understand("time_signature", (row) => (row % 3 === 0 ? "4/4" : "3/4"));
  assert.equal(meter.value, 3);
});

test("Decimal commas and thousands are told by the column, by the others, or not at all", async () => {
  const comma = (text: string) => text.replace(".", ",");
  const german = await importTable({
    columns: ["Titel", "Interpret", "Jahr", "Tempo", "Energie", "Lautstärke", "Dauer (ms)"],
    rows: Array.from({ length: 60 }, (_, row) => [
      `Lied ${row}`,
      "Gruppe",
      "1999",
      comma((90 + chance(row) * 50).toFixed(2)),
      comma(share(row).toFixed(3)),
      comma((-5 - chance(row) * 9).toFixed(3)),
      `${180 + (row % 90)}.${100 + row}`,
    ]),
  });
  assert.deepEqual(
    german.report.sources[0]?.columns.map(({ taken_as }) => taken_as),
    ["title", "artist", "year", "tempo", "energy", "loudness", "duration"],
  );
  assert.equal(german.songs[1]?.features["energy"], share(1));
  assert.ok((german.songs[1]?.features["loudness"] ?? 0) > -20);
  assert.equal(german.songs[1]?.durationS, 181.101);

  const alone = await understand("loudness", (row) => comma((-5.001 - chance(row) * 9).toFixed(3)));
  assert.ok((alone.value ?? 0) < -5 && (alone.value ?? 0) > -15, String(alone.value));
  const doubtful = {
    columns: ["title", "artist", "energy", "feature_x"],
    rows: Array.from({ length: 60 }, (_, row) => [
      `S${row}`,
      "A",
      `${row % 2}`,
      `${1 + (row % 9)},234`,
    ]),
  };
  await assert.rejects(importTable(doubtful, [{ column: "feature_x", field: "feature" }]), {
    code: "bad_usage",
    message: /"feature_x=feature" cannot be done: .*decimals or thousands/u,
  });
});

test("Unknown, impossible and unreadable values are unknown and counted", async () => {
  const odd = ["", "nan", "NA", "null", "-", "?", "0", "999", "fast", "1e2"];
  const { songs, report, column } = await importTable({
    columns: ["title", "artist", "energy", "tempo", "year"],
    rows: Array.from({ length: 400 }, (_, row) => [
      `S${row}`,
      "A",
      String(share(row)),
      odd[row] ?? "120.5",
      row === 0 ? "0" : row === 1 ? "2099" : "1987",
    ]),
  });
  assert.equal(report.songs, 400);
  const tempo = column("tempo");
  assert.equal(tempo?.taken_as, "tempo");
  assert.equal(tempo?.impossible, 1);
  assert.equal(tempo?.unreadable, 1);
  assert.equal(tempo?.unknown_share, 9 / 400);
  assert.equal(songs[9]?.features["tempo"], 100);
  assert.ok(odd.slice(0, 9).every((_, row) => songs[row]?.features["tempo"] === undefined));
  assert.deepEqual([songs[0]?.year, songs[1]?.year, songs[2]?.year], [undefined, undefined, 1987]);
});

test("Zeros of songs that were not analysed are unknown, other zeros are values", async () => {
  const columns = [
    "title",
    "artist",
    "tempo",
    "danceability",
    "valence",
    "speechiness",
    "instrumentalness",
    "mode",
    "energy",
  ];
  const analysed = (row: number): readonly Cell[] => [
    "120",
    "0.5",
    String(share(row)),
    "0.04",
    "0",
    "0",
    "0.7",
  ];
  const { songs, column } = await importTable({
    columns,
    rows: Array.from({ length: 60 }, (_, row) => [
      `S${row}`,
      "A",
      ...(row === 1 ? ["0", "0", "0", "0", "0.9", "1", "0.001"] : analysed(row)),
    ]),
  });
  assert.deepEqual(songs[1]?.features, { instrumentalness: 0.9, mode: 1, energy: 0.001 });
  assert.equal(songs[2]?.features["instrumentalness"], 0);
  assert.equal(songs[2]?.features["mode"], 0);
  assert.equal(column("valence")?.unknown_share, 1 / 60);
  assert.equal(column("mode")?.unknown_share, 0);
});

test("A column of one value was not analysed, and one that is 0 at the beginning neither", async () => {
  for (const [cell, reason] of [
    ["0", /^0 in every row: not analysed/u],
    ["0.5", /^0.5 in every row: not analysed/u],
    ["", /no value is known|unknown in every row/u],
  ] as const) {
    const { left_out = "", songs } = await understand("energy", () => cell);
    assert.match(left_out, reason);
    assert.equal(songs.length, 200);
    assert.equal(songs[1]?.features["energy"], undefined);
  }
  // Longer than what is looked at before the first song is made.
  const late = await understand(
    "energy",
    (row) => (row < 20_500 ? "0" : String(share(row))),
    20_600,
  );
  assert.equal(late.taken_as, "energy");
  assert.equal(late.songs[0]?.features["energy"], undefined);
  assert.equal(late.songs.at(-1)?.features["energy"], share(20_599));
});

test("A scale that changes beyond the rows that were looked at is told", async () => {
  const joined = (row: number) => String(row < 20_000 ? whole(row) : share(row));
  const energy = await understand("energy", joined, 22_000);
  assert.equal(energy.form, "percent");
  assert.deepEqual(energy.other_scale, { from: 20_001, to: 22_000 });
  assert.equal(energy.warning, true);
});

test("A column that begins with zeros is read on the scale of what follows", async () => {
  const late = (row: number) => String(row < 20_100 ? 0 : 1 + (whole(row) % 100));
  const popular = await understand("popularity", late, 20_400);
  assert.equal(popular.warning, undefined);
  assert.equal(popular.most, 1);
  assert.equal(popular.songs[20_099]?.popularity, 0);
  assert.equal(popular.songs[20_110]?.popularity, undefined, "too early to tell");
  assert.equal(popular.songs[20_399]?.popularity, (1 + (whole(20_399) % 100)) / 100);
  const steps = await understand(
    "valence",
    (row) => String(row < 20_100 ? 0 : 1 + (row % 9)),
    20_400,
  );
  assert.match(steps.left_out ?? "", /scale cannot be told: it begins with zeros.*\(300\)/u);
  assert.equal(steps.warning, true);
  const wrong = await understand("mode", (row) => String(row < 300 ? 1 : 7), 20_400);
  assert.equal(wrong.warning, true);
});
