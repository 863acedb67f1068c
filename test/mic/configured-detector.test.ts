import assert from "node:assert/strict";
import { test } from "node:test";
import { configSchema } from "../../src/config/schema.js";
import { detectorModes, detectorRanges } from "../../src/mic/detector-options.js";

const keys = [
  "rateHz",
  "riseDb",
  "thresholdDb",
  "minLevelDb",
  "refractoryMs",
  "maxDurationMs",
] as const;

test("the configuration has the detector's own defaults, ranges and modes", () => {
  for (const key of keys) {
    const leaf = configSchema.mic[key];
    const range = detectorRanges[key];
    assert.equal(leaf.default, range.default, key);
    assert.equal(leaf.unit, range.unit, key);
    for (const value of [range.min, range.max]) assert.ok(leaf.accepts(value), `${key} ${value}`);
    for (const value of [range.min - 1, range.max + 1]) {
      assert.ok(!leaf.accepts(value), `${key} ${value}`);
    }
  }
  for (const mode of detectorModes) assert.ok(configSchema.mic.mode.accepts(mode), mode);
  assert.ok(!configSchema.mic.mode.accepts("other"));
});
