import assert from "node:assert/strict";
import { test } from "node:test";
import { checkReplyTarget, createReplyPolicy } from "../../src/contract/reply-target.js";
import { nodeTopics } from "../../src/contract/topics.js";
import { EarshotError } from "../../src/errors.js";

const subscriptions = nodeTopics({ base: "earshot", node: "kitchen" }).requestFilters;
const policy = createReplyPolicy({ base: "earshot", prefixes: [], subscriptions });

function isRefused(topic: string, by = policy): boolean {
  try {
    checkReplyTarget(topic, "anna", by);
    return false;
  } catch (error) {
    assert.ok(error instanceof EarshotError && error.code === "forbidden_reply_topic");
    return true;
  }
}

test("a reply may go to a plain topic below the base", () => {
  for (const topic of ["earshot/replies/phone", "earshot/kitchen/recommend/reply/anna"]) {
    assert.equal(checkReplyTarget(topic, "anna", policy), topic);
  }
});

test("no reply goes into the replies of another client, by whatever node it is asked", () => {
  const ends = ["", "/bob", "/anna-phone", "/xanna", "/bob/recommend/reply/anna", "/anna/x"];
  for (const node of ["kitchen", "bathroom", "any"]) {
    assert.ok(!isRefused(`earshot/${node}/recommend/reply/anna`));
    for (const end of ends) assert.ok(isRefused(`earshot/${node}/recommend/reply${end}`), end);
  }
});

test("a reply never goes where it could come back in, or pass for a node's own word", () => {
  const refused = [
    "earshot/kitchen/recommend/request/me",
    "earshot/any/recommend/request/me",
    "earshot/bathroom/recommend/request/me",
    "earshot/kitchen/mic/enabled/set",
    "earshot/kitchen/mic/peak",
    "earshot/kitchen/status",
    "earshot/kitchen/info",
    "earshot/kitchen/health",
    "earshot/kitchen/catalogue",
    "earshot/kitchen/recommend/last",
    "earshot/kitchen/ask/state",
  ];
  for (const topic of refused) assert.ok(isRefused(topic), topic);
});

test("a reply never goes to wildcards, $ topics, strangers' topics or malformed ones", () => {
  const refused = [
    "earshot/+/x",
    "earshot/#",
    "$SYS/earshot",
    "homeassistant/device/x/config",
    "earshot",
    "earshotx/a",
    "earshot//a",
    "earshot/a/",
    "earshot/a\u0000",
    `earshot/${"x".repeat(300)}`,
    "",
  ];
  for (const topic of refused) assert.ok(isRefused(topic), JSON.stringify(topic));
});

test("other prefixes replace the base", () => {
  const other = createReplyPolicy({ base: "earshot", prefixes: ["homes/"], subscriptions });
  assert.ok(!isRefused("homes/kitchen/replies", other));
  assert.ok(isRefused("earshot/replies", other));
});
