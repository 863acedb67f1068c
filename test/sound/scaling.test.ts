import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { fitColumn, standardise } from "../../src/sound/scaling.js";

function scaleOf(values: readonly number[]) {
  const fit = fitColumn(Float32Array.from(values));
  if (fit.kind !== "scaled") assert.fail(`dropped as ${fit.reason}`);
  return fit.scale;
}

test("The centre is the median and the spread 1.4826 times the median absolute deviation", () => {
  const scale = scaleOf([1, 2, 3, 4, 5]);
  assert.equal(scale.centre, 3);
  assert.ok(Math.abs(scale.spread - 1.4826) < 1e-6);
});

test("Wild values, one in fifty, hardly move the scale of a column", () => {
  const values = Array.from({ length: 1000 }, (_, index) => index / 1000);
  const wild = values.map((value, index) => (index % 50 === 0 ? 1e6 : value));
  assert.ok(scaleOf(wild).spread < 1.05 * scaleOf(values).spread);
});

test("A column in which most values are equal is scaled by its other values", () => {
  const mostlyZero = Array.from({ length: 100 }, (_, index) => (index < 80 ? 0 : index / 100));
  const rarelyOne = Array.from({ length: 100 }, (_, index) => (index < 98 ? 0 : 1));
  for (const { spread } of [scaleOf(mostlyZero), scaleOf(rarelyOne)]) {
    assert.ok(spread > 0.1 && spread < 0.4, `spread ${spread}`);
  }
});

test("A tiny spike in the middle of a wide column does not set its scale", () => {
  const values = Array.from({ length: 1000 }, (_, index) =>
    index < 600 ? index * 1e-6 : index / 1000,
  );
  assert.ok(scaleOf(values).spread > 0.1);
});

test("A column with one value, or none, is dropped and says why", () => {
  assert.deepEqual(fitColumn(Float32Array.of(0, 0, Number.NaN)), {
    kind: "dropped",
    reason: "constant",
  });
  assert.deepEqual(fitColumn(Float32Array.of(Number.NaN)), { kind: "dropped", reason: "unknown" });
  assert.deepEqual(fitColumn(new Float32Array(0)), { kind: "dropped", reason: "unknown" });
});

test("An unknown value stands at the median, and no value lies beyond four spreads", () => {
  const scale = { centre: 10, spread: 2 };
  assert.equal(standardise(Number.NaN, scale), 0);
  assert.equal(standardise(12, scale), 1);
  assert.equal(standardise(1e9, scale), 4);
  assert.equal(standardise(-1e9, scale), -4);
});

test("Every column that differs anywhere gets a finite spread above 0", () => {
  const values = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }));
  fc.assert(
    fc.property(values, (column) => {
      const fit = fitColumn(Float32Array.from(column));
      if (fit.kind === "dropped") return new Set(column.map((value) => value + 0)).size < 2;
      return Number.isFinite(fit.scale.centre) && fit.scale.spread > 0;
    }),
  );
});
