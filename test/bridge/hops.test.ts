import assert from "node:assert/strict";
import { test } from "node:test";
import { createHops } from "../../src/bridge/hops.js";

test("a message knows the bridges that it has come over, and nothing else of it changes", () => {
  const [one, other] = [createHops("one"), createHops("other")];
  const given = { contentType: "text/plain", userProperties: { "earshot-bridge": "zero", a: "b" } };
  const marked = one.mark(given);
  assert.deepEqual(marked, {
    contentType: "text/plain",
    userProperties: { "earshot-bridge": ["zero", "one"], a: "b" },
  });
  assert.ok(one.isRound(marked));
  assert.ok(!other.isRound(marked));
  assert.ok(!one.isRound(undefined));
});

test("a message that has come over four bridges goes no further", () => {
  const bridges = ["a", "b", "c", "d"].map(createHops);
  let properties = {};
  for (const bridge of bridges) {
    assert.ok(!createHops("e").isRound(properties));
    properties = bridge.mark(properties);
  }
  assert.ok(createHops("e").isRound(properties));
});
