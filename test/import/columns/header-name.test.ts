import assert from "node:assert/strict";
import { test } from "node:test";
import { foldHeader, framedKeys } from "../../../src/import/columns/header-name.js";

test("Spellings of one name come out alike, with the unit that they state", () => {
  const spellings: readonly (readonly [string, string, string?])[] = [
    ["Duration (ms)", "duration", "ms"],
    ["durationMs", "duration", "ms"],
    ["duration_ms", "duration", "ms"],
    ["Duration (s)", "duration", "s"],
    ["Length (Duration)", "length"],
    ["Loudness..dB..", "loudness", "db"],
    ["Loudness (dB)", "loudness", "db"],
    ["dB", "db"],
    ["Valence.", "valence"],
    ["danceability_%", "danceability", "percent"],
    ["Beats Per Minute (BPM)", "beats_per_minute", "bpm"],
    ["BPM", "bpm"],
    ["artist(s)_name", "artists_name"],
    ["Artist Name(s)", "artist_names"],
    ["timeSignature", "time_signature"],
    ["Künstler", "kunstler"],
    ["Straße", "strasse"],
    ["año", "ano"],
    ["avg_timbre_1", "avg_timbre1"],
    ["song.hotttnesss", "song_hotttnesss"],
    ["  Title ", "title"],
    ["", ""],
    ["???", ""],
  ];
  for (const [name, key, unit] of spellings) {
    assert.deepEqual(foldHeader(name), { key, unit }, name);
  }
});

test("Words that only say what kind of thing is meant are left off one by one", () => {
  assert.deepEqual(framedKeys("audio_features_tempo"), [
    "audio_features_tempo",
    "features_tempo",
    "tempo",
  ]);
  assert.deepEqual(framedKeys("track"), ["track"]);
});
