import assert from "node:assert/strict";
import { test } from "node:test";
import { createDirections } from "../../src/bridge/directions.js";
import { nodeTopics } from "../../src/contract/topics.js";

const topics = nodeTopics({ base: "home/earshot", node: "kitchen" });
const directions = createDirections({ base: "home/earshot", topics, replyPrefixes: [] });

test("no topic goes both ways", () => {
  for (const topic of [
    "home/earshot/kitchen/recommend/request/me",
    "home/earshot/any/recommend/request/me",
    "home/earshot/kitchen/mic/enabled/set",
  ]) {
    assert.deepEqual([directions.goesUp(topic), directions.comesDown(topic)], [false, true], topic);
  }
  for (const topic of [
    "home/earshot/kitchen/status",
    "home/earshot/kitchen/recommend/reply/me",
    "home/earshot/kitchen/mic/enabled",
    "home/earshot/study/recommend/request/me",
  ]) {
    assert.deepEqual([directions.goesUp(topic), directions.comesDown(topic)], [true, false], topic);
  }
});

test("what no client may be called does not come down", () => {
  for (const client of ["", "a\u0001", "a".repeat(300), "+"]) {
    assert.equal(directions.comesDown(`home/earshot/any/recommend/request/${client}`), false);
  }
});

test("replies outside the base go up too, and no filter overlaps another", () => {
  const { upFilters } = createDirections({
    base: "earshot",
    topics,
    replyPrefixes: ["answers/", "answers/mine/", "earshot/replies/"],
  });
  assert.deepEqual(upFilters, ["earshot/#", "answers/#"]);
});
