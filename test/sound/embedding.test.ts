import assert from "node:assert/strict";
import { test } from "node:test";
import { createEmbedding, fitFeature } from "../../src/sound/embedding.js";

const features = [
  { name: "tempo", centre: Math.log2(120), spread: 0.3, weight: 1 },
  { name: "energy", centre: 0.5, spread: 0.2, weight: 1 },
];

function distance(a: readonly number[], b: readonly number[]): number {
  const embedding = createEmbedding(features);
  const vectors = [a, b].map((values) => {
    const vector: number[] = [];
    embedding.embed(values, 0, vector);
    assert.equal(vector.length, embedding.dimensions);
    return vector;
  });
  const [first = [], second = []] = vectors;
  return Math.hypot(...first.map((value, i) => value - (second[i] ?? 0)));
}

test("A feature counts in robust standard deviations", () => {
  assert.ok(Math.abs(distance([120, 0.5], [120, 0.9]) - 2) < 1e-9);
});

test("A small difference of tempo counts like the same difference of any feature", () => {
  const tempo = 120 * 2 ** (0.3 / 20);
  assert.ok(Math.abs(distance([120, 0.5], [tempo, 0.5]) - 0.05) < 0.001);
});

test("Half and double time are near, but not equal, and nearer than a foreign tempo", () => {
  const double = distance([70, 0.5], [140, 0.5]);
  const half = distance([140, 0.5], [70, 0.5]);
  const foreign = distance([70, 0.5], [99, 0.5]);
  assert.ok(Math.abs(double - half) < 1e-9);
  assert.ok(double > 0.5 && double < foreign, `octave ${double}, foreign ${foreign}`);
});

test("An unknown tempo lies where the median tempo does", () => {
  assert.ok(distance([Number.NaN, 0.5], [120, 0.5]) < 1e-9);
});

test("A narrow tempo column does not outweigh everything else", () => {
  const narrow = [{ name: "tempo", centre: Math.log2(120), spread: 0.001, weight: 1 }];
  const embedding = createEmbedding(narrow);
  const vectors = [Number.NaN, 120, 120 * Math.SQRT2].map((bpm) => {
    const vector: number[] = [];
    embedding.embed([bpm], 0, vector);
    return vector;
  });
  for (const vector of vectors) assert.ok(Math.hypot(...vector) < 2.5, String(vector));
});

test("Tempo 0 is unknown", () => {
  assert.equal(distance([0, 0.5], [Number.NaN, 0.5]), 0);
  assert.equal(fitFeature("tempo", Float32Array.of(0, 0)).kind, "dropped");
});

test("Tempo is measured in octaves, other features in their own unit", () => {
  const fit = fitFeature("tempo", Float32Array.of(60, 120, 240));
  assert.equal(fit.kind === "scaled" ? fit.scale.centre : 0, Math.fround(Math.log2(120)));
});
