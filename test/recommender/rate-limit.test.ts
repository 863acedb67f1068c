import assert from "node:assert/strict";
import { test } from "node:test";
import { createRateLimit } from "../../src/recommender/rate-limit.js";

test("a client has a burst, then the steady rate, and others are not touched", () => {
  let nowMs = 0;
  const limit = createRateLimit(10, () => nowMs);
  const admitted = (client: string, times: number): number =>
    Array.from({ length: times }, () => limit.admits(client)).filter(Boolean).length;
  assert.equal(admitted("flood", 50), 10);
  assert.equal(admitted("quiet", 5), 5);
  nowMs += 300;
  assert.equal(admitted("flood", 50), 3);
  nowMs += 60_000;
  assert.equal(admitted("flood", 50), 10);
});

test("0 admits everything", () => {
  const limit = createRateLimit(0);
  assert.ok(Array.from({ length: 1000 }, () => limit.admits("a")).every(Boolean));
});

test("many names are remembered only up to a bound", () => {
  const limit = createRateLimit(1, () => 0);
  assert.ok(limit.admits("first"));
  assert.ok(!limit.admits("first"));
  for (let index = 0; index < 5000; index += 1) limit.admits(`client-${index}`);
  assert.ok(limit.admits("first"), "the quietest was forgotten");
});
