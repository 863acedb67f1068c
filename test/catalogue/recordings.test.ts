import assert from "node:assert/strict";
import { test } from "node:test";
import { generateSongs } from "../../bench/catalogue/generate.js";
import { createFeatureColumns } from "../../src/catalogue/feature-columns.js";
import { createRecordings } from "../../src/catalogue/recordings.js";
import { createTextIds } from "../../src/catalogue/text-ids.js";
import { orderForInsertion } from "../../src/catalogue/insertion-order.js";
import type { SongInput } from "../../src/catalogue/song-input.js";
import { openTest } from "./temporary.js";

function take(durationS: number | undefined, energy: number, title = "Rain"): SongInput {
  return { title, artist: "The Larks", durationS, features: { tempo: 120, energy } };
}

test("A second measurement of one recording is left out, a version is not", async (t) => {
  const { manifest, ...catalogue } = await openTest(t, [
    take(200, 0.5),
    take(201.5, 0.51),
    take(204, 0.505),
    take(undefined, 0.507),
    take(200, 0.6),
    take(200, 0.503, "Rain (Live)"),
    { ...take(200, 0.5), features: { tempo: 120 } },
  ]);
  assert.equal(manifest.repeated, 1);
  assert.equal(manifest.songs, 6);
  const works = Array.from({ length: 6 }, (_, ordinal) => catalogue.workOf(ordinal));
  assert.equal(new Set(works).size, 1, "versions are linked");
});

test("A song is compared with the last of its work only, however many there are", () => {
  const columns = createFeatureColumns();
  let compared = 0;
  const recordings = createRecordings({
    ...columns,
    isSame(row, features) {
      compared += 1;
      return columns.isSame(row, features);
    },
  });
  const add = (place: number): boolean => {
    const song = take(undefined, place / 2000, "Untitled");
    const isNew = recordings.add({ song, work: "untitled by unknown", notes: "" });
    if (isNew) columns.add(song.features);
    return isNew;
  };
  for (let place = 0; place < 2000; place += 1) assert.ok(add(place));
  assert.ok(compared <= 2000 * 256, `${compared} comparisons`);
  assert.equal(add(1900), false, "one of the last is told");
  assert.equal(recordings.takeWorks().length, 2000);
});

test("Texts are numbered as a Map would number them", () => {
  const ids = createTextIds();
  const expected = new Map<string, number>();
  for (const { title, artist } of generateSongs(10_000)) {
    for (const text of [title, artist, `${artist}\n${title}`, `${title} `]) {
      const id = expected.get(text) ?? expected.size;
      expected.set(text, id);
      assert.equal(ids.idOf(text), id);
    }
  }
  assert.equal(ids.size, expected.size);
});

test("The order of insertion holds every row once, and keeps near rows together", () => {
  const count = 2000;
  const vectors = Float32Array.from({ length: count * 2 }, (_, i) => ((i * 7919) % 1000) / 10);
  const rows = Int32Array.from({ length: count / 2 }, (_, place) => place * 2);
  const order = orderForInsertion(vectors, 2, rows);
  assert.deepEqual(
    [...order].toSorted((a, b) => a - b),
    [...rows],
  );
  const steps = (list: Int32Array) =>
    [...list].slice(1).reduce((sum, row, place) => {
      const before = list[place] ?? 0;
      const apart = (i: number) => (vectors[row * 2 + i] ?? 0) - (vectors[before * 2 + i] ?? 0);
      return sum + Math.hypot(apart(0), apart(1));
    }, 0);
  assert.ok(steps(order) < steps(rows) / 2);
});
