import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { compareNeighbours, createNearestList } from "../../src/catalogue/nearest-list.js";

test("The list keeps what sorting everything by distance and ordinal would put first", () => {
  const distances = fc.array(fc.integer({ min: 0, max: 6 }));
  fc.assert(
    fc.property(distances, fc.integer({ min: 1, max: 8 }), (offered, count) => {
      const list = createNearestList(count);
      for (const [ordinal, distance] of offered.entries()) list.offer(ordinal, distance);
      const expected = offered
        .map((distance, ordinal) => ({ ordinal, distance }))
        .sort(compareNeighbours)
        .slice(0, count);
      assert.deepEqual(list.neighbours(), expected);
    }),
  );
});

test("A list for no songs stays empty", () => {
  const list = createNearestList(0);
  list.offer(1, 0);
  assert.deepEqual(list.neighbours(), []);
});
