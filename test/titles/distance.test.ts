import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { boundedDistance } from "../../src/titles/distance.js";

/** The whole matrix, as in the definition: the oracle. */
function wholeDistance(left: string, right: string): number {
  const rows: number[][] = Array.from({ length: left.length + 1 }, (_row, i) =>
    Array.from({ length: right.length + 1 }, (_cell, j) => (i === 0 ? j : i)),
  );
  const at = (i: number, j: number) => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= left.length; i += 1) {
    for (let j = 1; j <= right.length; j += 1) {
      const cost = left[i - 1] === right[j - 1] ? 0 : 1;
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + cost);
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]) {
        best = Math.min(best, at(i - 2, j - 2) + 1);
      }
      (rows[i] ?? [])[j] = best;
    }
  }
  return at(left.length, right.length);
}

test("a swap of neighbours counts one, and so does every other edit", () => {
  assert.equal(boundedDistance("hello", "hlelo", 3), 1);
  assert.equal(boundedDistance("rapsody", "rhapsody", 3), 1);
  assert.equal(boundedDistance("ca", "abc", 3), 3);
  assert.equal(boundedDistance("", "abc", 5), 3);
});

test("beyond the limit the answer is the limit and one", () => {
  assert.equal(boundedDistance("abcdef", "uvwxyz", 2), 3);
  assert.equal(boundedDistance("a", "abcdef", 2), 3);
  assert.equal(boundedDistance("a", "b", 0), 1);
});

test("the band gives what the whole matrix gives", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 12 });
  fc.assert(
    fc.property(text, text, fc.integer({ min: 0, max: 6 }), (left, right, limit) => {
      const expected = Math.min(wholeDistance(left, right), limit + 1);
      assert.equal(boundedDistance(left, right, limit), expected);
    }),
    { numRuns: 500 },
  );
});
