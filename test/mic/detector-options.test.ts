import assert from "node:assert/strict";
import { test } from "node:test";
import { completeDetectorOptions } from "../../src/mic/detector-options.js";

test("a frame lasts about 46 ms at every usual rate", () => {
  for (const [rateHz, frameSamples] of [
    [8_000, 512],
    [16_000, 1_024],
    [44_100, 2_048],
    [48_000, 2_048],
    [96_000, 4_096],
    [192_000, 8_192],
  ] as const) {
    assert.equal(completeDetectorOptions({ rateHz }).frameSamples, frameSamples, `${rateHz} Hz`);
  }
  assert.equal(completeDetectorOptions({ frameSamples: 1_000 }).frameSamples, 1_000);
});
