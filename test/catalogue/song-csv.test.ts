import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { readSongCsv } from "../../src/catalogue/song-csv.js";
import type { SongInput } from "../../src/catalogue/song-input.js";
import { temporaryFolder } from "./temporary.js";

const header = "artist_name,title,year,tempo,energy,danceability,loudness";

async function read(t: TestContext, text: string): Promise<readonly SongInput[]> {
  const path = join(temporaryFolder(t), "songs.csv");
  writeFileSync(path, text);
  return await readSongCsv(path);
}

test("Every row becomes a song with its known values", async (t) => {
  const songs = await read(
    t,
    `\uFEFF${header}\r\nThe Larks,"Rain, ""Again""",1971,120.5,0.5,0.25,-9\r\nNo One,Blank,,,,,0.4\n`,
  );
  assert.deepEqual(songs, [
    {
      artist: "The Larks",
      title: 'Rain, "Again"',
      year: 1971,
      features: { tempo: 120.5, energy: 0.5, danceability: 0.25, loudness: -9 },
    },
    { artist: "No One", title: "Blank", year: undefined, features: { loudness: 0.4 } },
  ]);
});

test("Year 0 and tempo 0 are unknown", async (t) => {
  const [song] = await read(t, `${header}\nA,B,0,0,0,0,0\n`);
  assert.equal(song?.year, undefined);
  assert.deepEqual(song?.features, { energy: 0, danceability: 0, loudness: 0 });
});

for (const [fault, text, message] of [
  ["a number that is none", `${header}\nA,B,1970,fast,0,0,0`, /line 2, column tempo.*"fast"/u],
  ["a value out of range", `${header}\nA,B,1970,90,7,0,0`, /line 2, column energy.*0 to 1.*"7"/u],
  ["no title", `${header}\nA,B,1970,90,0,0,0\nA, ,1970,90,0,0,0`, /line 3, column title/u],
  ["too few columns", `${header}\nA,B`, /line 2: expected 7 columns, received 2/u],
  ["another header", "a,b\n1,2", /line 1: expected the header artist_name/u],
  ["no header", "", /is empty/u],
  ["a quote that never ends", `${header}\n"A,B`, /cannot be read/u],
] as const) {
  test(`A file with ${fault} is refused, naming the place`, async (t) => {
    await assert.rejects(read(t, text), { code: "bad_song_file", message });
  });
}

test("A missing file is refused", async () => {
  await assert.rejects(readSongCsv("/nowhere/songs.csv"), { code: "bad_song_file" });
});
