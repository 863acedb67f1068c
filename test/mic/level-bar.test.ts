import assert from "node:assert/strict";
import { test } from "node:test";
import { formatLevelBar } from "../../src/mic/level-bar.js";

test("the bar grows with the level and is always as wide as asked", () => {
  assert.equal(formatLevelBar(0, { width: 8 }), "████████ 0.0 dBFS");
  assert.equal(formatLevelBar(-40, { width: 8 }), "████░░░░ -40.0 dBFS");
  assert.equal(formatLevelBar(-80, { width: 8 }), "░░░░░░░░ -80.0 dBFS");
});

test("levels off the scale and no level at all draw the ends of it", () => {
  assert.equal(formatLevelBar(12, { width: 4 }), "████ 0.0 dBFS");
  assert.equal(formatLevelBar(-200, { width: 4 }), "░░░░ -96.0 dBFS");
  assert.equal(formatLevelBar(Number.NaN, { width: 4 }), "░░░░ -96.0 dBFS");
});
