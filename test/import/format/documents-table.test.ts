import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { makeTempFolder } from "../../support/temp-folder.js";
import { cellsOf, readContent } from "../memory-source.js";
import { openAll, readAll, readLocation } from "../read-all.js";

const recording = "00000000-1111-2222-3333-444455556666";

/** Invented documents of the shape that the AcousticBrainz extractor writes. */
const lowLevel = {
  metadata: {
    tags: {
      title: ["Song"],
      artist: ["Ann"],
      date: ["1969-09-26"],
      musicbrainz_recordingid: [recording],
    },
    audio_properties: { length: 12.5 },
  },
  rhythm: { bpm: 99.5, danceability: 1.2 },
  tonal: { key_scale: "minor", key_key: "A" },
  lowlevel: {
    average_loudness: 0.9,
    mfcc: { mean: Array.from({ length: 13 }, (_, band) => -band) },
  },
};
const highLevel = {
  metadata: { tags: { title: ["Song"] } },
  highlevel: {
    danceability: { all: { danceable: 0.25, not_danceable: 0.75 } },
    mood_acoustic: { all: { acoustic: 0.5 } },
  },
};

async function writeDocuments(folder: string, documents: Readonly<Record<string, unknown>>) {
  for (const [name, content] of Object.entries(documents)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    const text = typeof content === "string" ? content : JSON.stringify(content);
    await writeFile(join(folder, name), text);
  }
}

/** The cells of a row by their meaning. */
function byMeaning({ table, rows }: Awaited<ReturnType<typeof readAll>>) {
  return Object.fromEntries(
    [...(table.known ?? [])].map(([index, known]) => [known, rows[0]?.cells[index]]),
  );
}

test("a low-level document of AcousticBrainz is a song with known columns", async () => {
  const read = await readContent(JSON.stringify(lowLevel, undefined, 2), 100);
  const song = byMeaning(read);
  assert.deepEqual([song["title"], song["artist"], song["id"]], ["Song", "Ann", recording]);
  assert.deepEqual([song["year"], song["duration"], song["tempo"]], [1969, 12.5, 99.5]);
  assert.deepEqual([song["mode"], song["average_loudness"], song["mfcc_13"]], [0, 0.9, -12]);
  assert.equal(song["danceability_dfa"], 1.2);
  assert.ok(!("danceability" in song) && !("loudness" in song));
});

test("lines of AcousticBrainz documents are read as such", async () => {
  const read = await readContent(`${JSON.stringify(lowLevel)}\n${JSON.stringify(lowLevel)}\n`, 100);
  assert.equal(read.table.format, "JSON lines, UTF-8, AcousticBrainz documents");
  assert.equal(read.rows.length, 2);
});

test("the documents of a folder are one table, both about a recording one row", async (t) => {
  const folder = await makeTempFolder(t);
  await writeDocuments(folder, {
    [`lowlevel/00/${recording}-0.json`]: lowLevel,
    [`highlevel/00/${recording}-0.json`]: highLevel,
    "other/two.json": { ...lowLevel, rhythm: { bpm: 60 } },
    "broken.json": '{"metadata":',
    "README.md": "# not a song",
  });
  await symlink("/etc/passwd", join(folder, "linked.json"));
  const read = await readLocation(folder);
  assert.equal(read.table.format, "JSON documents, AcousticBrainz documents");
  assert.deepEqual(read.problems, ["document broken.json unreadable"]);
  assert.deepEqual(
    read.rows.map(({ place }) => place),
    [`document highlevel/00/${recording}-0.json`, "document other/two.json"],
  );
  const song = byMeaning(read);
  assert.deepEqual([song["tempo"], song["danceability"], song["acousticness"]], [99.5, 0.25, 0.5]);
});

test("plain documents of a folder get the columns of all, and a checksum", async (t) => {
  const folder = await makeTempFolder(t);
  await writeDocuments(folder, {
    "a.json": { title: "A", tempo: 1 },
    "b.json": { title: "B", energy: 0.5 },
  });
  const [source] = await openAll(folder);
  assert.ok(source?.sha256);
  assert.match(await source.sha256(), /^[0-9a-f]{64}$/u);
  const read = await readAll(await source.table());
  assert.deepEqual(read.table.columns, ["title", "tempo", "energy"]);
  assert.deepEqual(cellsOf(read), [
    ["A", 1, undefined],
    ["B", undefined, 0.5],
  ]);
  assert.equal(read.bytes, source.totalBytes);
});

test("JSON files in a folder that hold lists are sources of their own", async (t) => {
  const folder = await makeTempFolder(t);
  await writeDocuments(folder, {
    "a.json": [{ title: "A" }],
    "b.json": [{ title: "B" }, { title: "C" }],
  });
  assert.deepEqual(
    (await openAll(folder)).map(({ name }) => name),
    ["a.json", "b.json"],
  );
});

test("a folder without song files is refused", async (t) => {
  const folder = await makeTempFolder(t);
  await writeDocuments(folder, { "songs.jpg": "a,b\n" });
  await assert.rejects(openAll(folder), {
    code: "bad_song_file",
    message: /folder without song files/u,
  });
});
