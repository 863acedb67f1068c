import assert from "node:assert/strict";
import { test } from "node:test";
import { createNoiseFloor } from "../../src/mic/noise-floor.js";
import { createRandom } from "./sounds.js";

test("the floor is the quantile of the last levels, whatever came before", () => {
  const random = createRandom(1);
  const floor = createNoiseFloor(50, 0.3);
  const levels: number[] = [];
  for (let count = 0; count < 500; count += 1) {
    // Whole numbers, so that equal levels have to be told apart as well.
    const level = -Math.round(random() * 60);
    levels.push(level);
    floor.add(level);
    if (count % 97 === 0) {
      floor.keepLast(7);
      levels.splice(0, levels.length - 7);
    }
    const window = levels.slice(-50).sort((a, b) => a - b);
    assert.equal(floor.levelDb, window[Math.floor(0.3 * (window.length - 1))]);
  }
});

test("an empty floor is unknown", () => {
  const floor = createNoiseFloor(5, 0.3);
  assert.equal(floor.levelDb, undefined);
  floor.add(-40);
  floor.clear();
  assert.equal(floor.levelDb, undefined);
});
