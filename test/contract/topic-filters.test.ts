import assert from "node:assert/strict";
import { test } from "node:test";
import { isPlainTopic, isTopicPrefix, matchesFilter } from "../../src/contract/topic-filters.js";

test("a filter matches as MQTT 5 section 4.7 says", () => {
  const cases: readonly (readonly [filter: string, topic: string, matches: boolean])[] = [
    ["a/b", "a/b", true],
    ["a/b", "a/b/c", false],
    ["a/+", "a/b", true],
    ["a/+", "a", false],
    ["a/+", "a/", true],
    ["+/+", "/finance", true],
    ["+", "/finance", false],
    ["a/#", "a", true],
    ["a/#", "a/b/c", true],
    ["#", "a/b", true],
    ["#", "$SYS/a", false],
    ["+/a", "$SYS/a", false],
    ["$SYS/#", "$SYS/a", true],
    ["a/+/c", "a/b/c", true],
    ["a/+/c", "a/b/d", false],
  ];
  for (const [filter, topic, matches] of cases) {
    assert.equal(matchesFilter(filter, topic), matches, `${filter} on ${topic}`);
  }
});

test("a plain topic has no wildcard, control character, empty level or leading $", () => {
  for (const topic of ["a", "earshot/kitchen/recommend/reply/ha", "a b/ü/曲"]) {
    assert.ok(isPlainTopic(topic), topic);
  }
  const refused = ["", "a//b", "/a", "a/", "a/+", "a/#", "$SYS/a", "a\u0000", "a\nb", "a\u{D800}"];
  for (const topic of [...refused, "x".repeat(257), "ü".repeat(129)]) {
    assert.ok(!isPlainTopic(topic), JSON.stringify(topic));
  }
});

test("a prefix ends in a slash, so that it covers whole levels only", () => {
  assert.ok(isTopicPrefix("homes/kitchen/"));
  for (const text of ["homes", "/", "", "homes/+/", "a//"]) assert.ok(!isTopicPrefix(text), text);
});
