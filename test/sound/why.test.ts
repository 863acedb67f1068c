import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { knownFeatures } from "../../src/sound/features.js";
import { createExplain, OCTAVE_TOLERANCE, SAME_TEMPO_BPM } from "../../src/sound/why.js";

type Values = Readonly<Record<string, number | undefined>>;

const explain = createExplain((feature) => (song: Values) => song[feature]);

function why(seed: Values, result: Values): string {
  return explain(seed)(result).join(", ");
}

test("Differences are said in plain words, the most telling first", () => {
  const seed = { tempo: 140, energy: 0.5, danceability: 0.6, loudness: -8 };
  assert.equal(
    why({ tempo: 120, energy: 0.5 }, { tempo: 123, energy: 0.5 }),
    "tempo +3 BPM, same energy",
  );
  assert.equal(
    why({ tempo: 120, loudness: -8 }, { tempo: 120, loudness: -6 }),
    "same tempo, a little louder",
  );
  assert.equal(
    why({ tempo: 140, danceability: 0.6 }, { tempo: 70, danceability: 0.61 }),
    "half the tempo (70 BPM), same danceability",
  );
  assert.equal(why({ energy: 0.2 }, { energy: 0.9 }), "much more energy");
  assert.equal(
    why(seed, { tempo: 132, energy: 0.95, danceability: 0.5, loudness: -18 }),
    "much more energy, much quieter, tempo -8 BPM",
  );
  assert.equal(why({ tempo: 70 }, { tempo: 141 }), "double the tempo (141 BPM)");
});

test("A feature that either song lacks is not mentioned", () => {
  assert.equal(why({ tempo: 120 }, { energy: 0.5 }), "");
  assert.equal(why({ tempo: 120, energy: 0.5 }, { energy: 0.5 }), "same energy");
});

const song = fc.record(
  {
    tempo: fc.double({ min: 10, max: 400, noNaN: true }),
    energy: fc.double({ min: 0, max: 1, noNaN: true }),
    danceability: fc.double({ min: 0, max: 1, noNaN: true }),
    loudness: fc.double({ min: -60, max: 5, noNaN: true }),
    valence: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  { requiredKeys: [] },
);

test("It never says same beyond the threshold and never turns a difference round", () => {
  fc.assert(
    fc.property(song, song, (seed: Values, result: Values) => {
      const phrases = why(seed, result).split(", ");
      for (const { name, words } of knownFeatures) {
        if (words === undefined) continue;
        const difference = (result[name] ?? Number.NaN) - (seed[name] ?? Number.NaN);
        for (const phrase of phrases) {
          if (phrase === `same ${words.noun}`) assert.ok(Math.abs(difference) <= words.same);
          if (phrase.endsWith(words.more)) assert.ok(difference > words.same);
          if (phrase.endsWith(words.less)) assert.ok(difference < -words.same);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("Tempo is always mentioned when both songs have one, and always rightly", () => {
  fc.assert(
    fc.property(song, song, (seed: Values, result: Values) => {
      const phrases = why(seed, result).split(", ");
      const tempo = phrases.filter((phrase) => phrase.includes("tempo"));
      assert.ok(phrases.length <= 3);
      const from = seed["tempo"];
      const to = result["tempo"];
      if (from === undefined || to === undefined) return assert.equal(tempo.length, 0);
      assert.equal(tempo.length, 1);
      checkTempo(tempo[0] ?? "", from, to);
    }),
    { numRuns: 300 },
  );
});

function checkTempo(phrase: string, from: number, to: number): void {
  const isOctave = (ratio: number) =>
    Math.abs(to - from * ratio) <= from * ratio * OCTAVE_TOLERANCE + 1e-9;
  if (phrase === "same tempo") assert.ok(Math.abs(to - from) <= SAME_TEMPO_BPM);
  else if (phrase.startsWith("half")) assert.ok(isOctave(0.5));
  else if (phrase.startsWith("double")) assert.ok(isOctave(2));
  else {
    const said = Number(/^tempo ([+-]\d+) BPM$/u.exec(phrase)?.[1]);
    assert.ok(Math.abs(said - (to - from)) <= 0.5 && said !== 0, phrase);
  }
}
