import assert from "node:assert/strict";
import { test } from "node:test";
import { foldNodeName, isBaseTopic, isClientName, isNodeName } from "../../src/contract/names.js";

test("a host's name folds into a node's name, whatever it is", () => {
  assert.equal(foldNodeName("raspberrypi"), "raspberrypi");
  assert.equal(foldNodeName("Küche.local"), "kuche");
  assert.equal(foldNodeName("My Pi #2"), "my-pi-2");
  assert.equal(foldNodeName("x".repeat(80)), "x".repeat(32));
  for (const odd of ["", "...", "日本", "any"]) assert.equal(foldNodeName(odd), "node");
});

test("names keep to their letters and lengths", () => {
  assert.ok(isNodeName("kitchen_2") && !isNodeName("Kitchen") && !isNodeName("any"));
  assert.ok(!isNodeName("") && !isNodeName("x".repeat(33)) && !isNodeName("a/b"));
  assert.ok(isClientName("Home-Assistant_1") && !isClientName("a b") && !isClientName("+"));
  assert.ok(!isClientName("") && !isClientName("x".repeat(65)) && !isClientName("a\n"));
  assert.ok(isBaseTopic("home/earshot") && !isBaseTopic("a/+") && !isBaseTopic("/a"));
});
