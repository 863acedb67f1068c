import assert from "node:assert/strict";
import { test } from "node:test";
import { similarityOf } from "../../src/sound/similarity.js";

test("Similarity is 1 for the same vector, 0.5 one standard deviation away, and falls to 0", () => {
  assert.equal(similarityOf(0), 1);
  assert.equal(similarityOf(1), 0.5);
  assert.ok(similarityOf(1000) > 0 && similarityOf(1000) < 0.001);
});
