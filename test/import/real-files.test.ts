import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { openSources } from "../../src/import/source/open.js";
import { programRoot } from "../../src/program.js";
import { createTestLog, temporaryFolder } from "../catalogue/temporary.js";
import { importAll, type Imported } from "./tables.js";

const folder = process.env["EARSHOT_SHARED_DATA"] ?? join(programRoot, "..", "shared", "data");
const skip = existsSync(folder) ? false : "the third-party song files are not here";

function open(t: TestContext, file: string) {
  const options = { cacheDir: temporaryFolder(t), log: createTestLog() };
  return openSources(join(folder, file), { ...options, signal: new AbortController().signal });
}

/** What was taken, "column: field (form)", in the file's order. */
function takenOf({ report }: Imported): readonly string[] {
  return (report.sources[0]?.columns ?? []).flatMap(({ column, taken_as: field, form }) =>
    field === undefined ? [] : [`${column}: ${field}${form === undefined ? "" : ` (${form})`}`],
  );
}

const audio = ["speechiness", "acousticness", "instrumentalness", "liveness", "valence", "tempo"];
const same = (names: readonly string[]) => names.map((name) => `${name}: ${name}`);

test("The top hits are understood", { skip }, async (t) => {
  const imported = await importAll([open(t, "songs_normalize.csv")]);
  const { songs, report } = imported;
  assert.equal(report.rows, 2000);
  assert.equal(songs.length, 1999);
  assert.deepEqual(report.sources[0]?.skipped, [{ reason: "no_title", count: 1, places: [23] }]);
  assert.deepEqual(takenOf(imported), [
    "artist: artist",
    "song: title",
    "duration_ms: duration (ms)",
    "year: year",
    "popularity: popularity (percent)",
    ...same(["danceability", "energy", "loudness", "mode", ...audio]),
  ]);
  assert.ok(songs.some(({ title }) => title === "1973"));
  assert.ok(songs.some(({ title }) => title === "F**kin' Perfect"));
});

test(
  "The Spotify tracks are understood: lists of artists, dates, songs that were not analysed",
  { skip },
  async (t) => {
    const imported = await importAll([open(t, "spotify_tracks_c.csv")]);
    const { songs } = imported;
    assert.equal(songs.length, 13_180);
    assert.deepEqual(takenOf(imported), [
      "id: id",
      "name: title",
      "popularity: popularity (percent)",
      "duration_ms: duration (ms)",
      "artists: artist (list)",
      "release_date: year (date)",
      ...same(["danceability", "energy", "loudness", "mode", ...audio, "time_signature"]),
    ]);
    assert.equal(songs.filter(({ artist }) => artist.includes("; ")).length, 2295);
    assert.ok(songs.some(({ artist }) => artist.includes('Francisco "Charro" Avitia')));
    assert.ok(songs.every(({ year }) => year !== undefined && year >= 1927 && year <= 2021));
    const unanalysed = songs.filter(({ features }) => features["tempo"] === undefined);
    assert.equal(unanalysed.length, 15);
    assert.ok(
      unanalysed.every(({ features }) => !("valence" in features || "speechiness" in features)),
    );
  },
);

test(
  "The Million Song subset is understood: Python bytes, and what was not analysed",
  { skip },
  async (t) => {
    const imported = await importAll([open(t, "SongCSV.csv")]);
    const { songs, report, column } = imported;
    assert.equal(report.rows, 10_000);
    assert.equal(songs.length, 9999);
    assert.deepEqual(takenOf(imported), [
      "SongID: id (Python bytes)",
      "Title: title (Python bytes)",
      "ArtistName: artist (Python bytes)",
      "Duration: duration",
      "Tempo: tempo",
      "Popularity: popularity",
      "Loudness: loudness",
      "TimeSignature: time_signature",
      "Mode: mode",
      "Year: year",
    ]);
    for (const name of ["Danceability", "Energy"]) {
      assert.equal(column(name)?.left_out, "0 in every row: not analysed");
    }
    assert.equal(column("Year")?.unknown_share, 0.532);
    assert.equal(column("Tempo")?.unknown_share, 0.0025);
    assert.equal(column("Loudness")?.most, 0.566);
    assert.ok(songs.every(({ id }) => /^SO[A-Z0-9]{16}$/u.test(id ?? "")));
    assert.ok(songs.some(({ artist }) => artist === "Raphaël"));
  },
);

test(
  "The genre excerpt is understood: 24 columns of timbre, cut lines left out",
  { skip },
  async (t) => {
    const imported = await importAll([open(t, "msd_genre_dataset.excerpt.txt")]);
    const { songs, report } = imported;
    assert.equal(report.rows, 9269);
    assert.equal(songs.length, 9197);
    assert.equal(report.sources[0]?.skipped[0]?.count, 72);
    const timbre = ["avg", "var"].flatMap((kind) =>
      Array.from({ length: 12 }, (_, index) => `${kind}_timbre${index + 1}`),
    );
    assert.deepEqual(takenOf(imported), [
      "track_id: id",
      "artist_name: artist",
      "title: title",
      ...same(["loudness", "tempo", "time_signature", "mode", "duration", ...timbre]),
    ]);
    assert.equal(songs.filter(({ features }) => features["tempo"] === undefined).length, 43);
    assert.ok(songs.every(({ title }) => !/[\p{Cc}]/u.test(title)));
  },
);

test(
  "Lists of ids and of what people heard are refused, saying what they lack",
  { skip },
  async (t) => {
    await assert.rejects(importAll([open(t, "unique_tracks.first5000.txt")]), {
      code: "bad_song_file",
      message: /has columns for id, artist, title, but none for the sound/u,
    });
    for (const file of ["taste_triplets_hidden.txt", "taste_triplets_visible.txt"]) {
      await assert.rejects(importAll([open(t, file)]), {
        code: "bad_song_file",
        message: /none of its columns is known, and title and artist and the sound/u,
      });
    }
  },
);
