import assert from "node:assert/strict";
import { test } from "node:test";
import { createDirections } from "../../src/bridge/directions.js";

const address = { base: "home/earshot", node: "kitchen" };
const homeAssistant = { prefix: "homeassistant", statusTopic: "homeassistant/status" };
const directions = createDirections({ address, replyPrefixes: [], homeAssistant });

test("no topic goes both ways", () => {
  for (const topic of [
    "home/earshot/kitchen/recommend/request/me",
    "home/earshot/any/recommend/request/me",
    "home/earshot/kitchen/mic/enabled/set",
    "homeassistant/status",
  ]) {
    const ways = [directions.goesUp(topic), directions.comesDown(topic, false)];
    assert.deepEqual(ways, [false, true], topic);
  }
  for (const topic of [
    "home/earshot/kitchen/status",
    "home/earshot/kitchen/recommend/reply/me",
    "home/earshot/kitchen/mic/enabled",
    "homeassistant/device/earshot_kitchen/config",
  ]) {
    const ways = [directions.goesUp(topic), directions.comesDown(topic, false)];
    assert.deepEqual(ways, [true, false], topic);
  }
});

test("what another node takes goes neither way, nor does this one's claim to its name", () => {
  for (const topic of [
    "home/earshot/study/recommend/request/me",
    "home/earshot/study/mic/threshold/set",
    "home/earshot/kitchen/claim",
  ]) {
    const ways = [directions.goesUp(topic), directions.comesDown(topic, false)];
    assert.deepEqual(ways, [false, false], topic);
  }
});

test("what no client may be called does not come down, nor what is retained but Home Assistant's birth", () => {
  for (const client of ["", "a\u0001", "a".repeat(300), "+"]) {
    const topic = `home/earshot/any/recommend/request/${client}`;
    assert.equal(directions.comesDown(topic, false), false);
  }
  assert.equal(directions.comesDown("home/earshot/any/recommend/request/me", true), false);
  assert.equal(directions.comesDown("homeassistant/status", true), true);
});

test("replies outside the base and discovery go up too, and no filter overlaps another", () => {
  const replyPrefixes = ["answers/", "answers/mine/", "home/earshot/replies/"];
  const { upFilters } = createDirections({ address, replyPrefixes, homeAssistant });
  assert.deepEqual(upFilters, ["home/earshot/#", "answers/#", "homeassistant/device/+/config"]);
  const inside = { ...homeAssistant, prefix: "home/earshot/ha" };
  const covered = createDirections({ address, replyPrefixes: [], homeAssistant: inside });
  assert.deepEqual(covered.upFilters, ["home/earshot/#"]);
});
