import assert from "node:assert/strict";
import { test } from "node:test";
import { printableJson } from "../../src/cli/printable.js";
import { formatEvent } from "../../src/cli/watch-line.js";

function format(topic: string, payload: unknown, base = "earshot"): string {
  const text = typeof payload === "string" ? payload : JSON.stringify(payload);
  return formatEvent({ time: new Date(0), topic, text }, { base, isColoured: false });
}

test("values of any type are shown, and none of them is called", () => {
  const hostile = { toString: 1, valueOf: 1 };
  const fields = { title: hostile, name: hostile, version: hostile, songs: [hostile] };
  const more = { level_db: hostile, peak_db: null, error: { code: hostile, message: hostile } };
  const topics = ["mic/peak", "info", "catalogue", "recommend/request/x", "recommend/reply/x"];
  for (const what of topics) {
    const line = format(`earshot/kitchen/${what}`, { ...fields, ...more });
    assert.ok(line.includes('{"toString":1,"valueOf":1}'), line);
  }
  const peak = { level_db: -17.9, peak_db: -5.2, duration_ms: 33 };
  assert.match(format("earshot/a/mic/peak", peak), / -17\.9 dBFS, peak -5\.2, 33 ms$/u);
});

test("no payload and no topic brings an escape sequence to the terminal", () => {
  const evil = "\u001B[31mEVIL\u009B2J\u202E\n";
  const fields = { level_db: evil, peak_db: evil, duration_ms: evil, name: evil, version: evil };
  const more = { songs: evil, title: evil, match: { title: evil }, results: [{ artist: evil }] };
  for (const what of [
    "status",
    "info",
    "catalogue",
    "mic/peak",
    "mic/state",
    "recommend/request/x",
    "recommend/reply/x",
    `recommend/reply/${evil}`,
  ]) {
    for (const payload of [evil, { ...fields, ...more }, { error: { code: evil } }]) {
      const line = format(`earshot/${evil}/${what}`, payload);
      assert.doesNotMatch(line, /[\p{Cc}\u202E]/u);
      assert.ok(line.includes("EVIL"));
    }
  }
  const json = printableJson({ payload: evil });
  assert.doesNotMatch(json, /[\p{Cc}\u202E]/u);
  assert.deepEqual(JSON.parse(json), { payload: evil });
});

test("the node is what follows the base, also where they are called like a section", () => {
  assert.match(format("earshot/mic/mic/state", "listening"), / mic +mic\/state +listening$/u);
  assert.match(
    format("home/mic/kitchen/status", "online", "home/mic"),
    / kitchen +status +online$/u,
  );
});
