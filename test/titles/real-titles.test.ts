import assert from "node:assert/strict";
import { after, test } from "node:test";
import { knownTitles, measureRecall, measureRejection } from "../../bench/titles/accuracy.js";
import { indexSongs } from "../../bench/titles/open-songs.js";
import {
  readMillionSongSubset,
  readSpotifyTracks,
  readUniqueTracks,
} from "../../bench/titles/song-files.js";

const songs = readMillionSongSubset();
const others = [readUniqueTracks(), readSpotifyTracks()];
const opened = songs && indexSongs(songs);
const known = songs && knownTitles(songs);
const skip = songs === undefined && "the public song files are not at hand";
const perKind = 40;
const everyAbsent = 32;

after(() => {
  opened?.db.close();
});

test("of 10,000 real songs the right one is found in every kind of query", { skip }, () => {
  assert.ok(songs && opened && known);
  const results = measureRecall(opened.index, songs, { perKind, seed: 7, known });
  let asked = 0;
  let right = 0;
  for (const result of results) {
    assert.ok(
      result.right >= 0.9 * result.asked,
      `${result.kind}: ${result.right} of ${result.asked} right\n${result.failures.join("\n")}`,
    );
    asked += result.asked;
    right += result.right;
  }
  assert.ok(right >= 0.97 * asked, `${right} of ${asked} right`);
});

test("of real titles that are not there at most one of fifty is accepted", { skip }, () => {
  assert.ok(opened && known);
  const titles = others.flatMap((file) => file ?? []).map(({ title }) => title);
  const absent = [...new Set(titles)]
    .filter((_title, position) => position % everyAbsent === 0)
    .filter((title) => title.trim() !== "" && !known.has(title));
  const result = measureRejection(opened.index, absent, "absent");
  assert.ok(result.asked > 250);
  assert.ok(
    result.wrong <= 0.02 * result.asked,
    `${result.wrong} of ${result.asked} accepted\n${result.failures.join("\n")}`,
  );
});
