import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { linkIdentical } from "../../src/catalogue/identical-vectors.js";

test("Each ring joins the rows of one vector, ascending, and each vector has one first row", () => {
  const vectors = Float32Array.of(1, 2, 3, 4, 1, 2, 5, 6, 1, 2);
  const { next, firsts } = linkIdentical(vectors, 2);
  assert.deepEqual([...firsts], [0, 1, 3]);
  assert.deepEqual([...next], [2, 1, 4, 3, 0]);
});

test("The rings agree with comparing every row with every other", () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })));
  fc.assert(
    fc.property(rows, (pairs) => {
      const { next, firsts } = linkIdentical(Float32Array.from(pairs.flat()), 2);
      const expected = new Map<string, number[]>();
      for (const [row, pair] of pairs.entries()) {
        expected.set(pair.join(), [...(expected.get(pair.join()) ?? []), row]);
      }
      const rings = [...firsts].map((first) => {
        const ring = [first];
        for (let row = next[first] ?? first; row !== first; row = next[row] ?? first)
          ring.push(row);
        return ring;
      });
      assert.deepEqual(rings, [...expected.values()]);
    }),
  );
});
