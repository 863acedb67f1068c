import assert from "node:assert/strict";
import { test } from "node:test";
import { findViolation } from "../support/contract-recorder.js";

const state = { qos: 1, retain: true } as const;
const event = { qos: 1, retain: false } as const;
const clientId = "test";

test("the recorder that watches all nodes of the tests lets the contract's messages pass", () => {
  const error = { code: "not_found", message: "no such song" };
  const reply = JSON.stringify({ id: "a", status: "error", error });
  const messages = [
    ["earshot/kitchen/status", "online", state],
    ["at/home/kitchen/mic/threshold", "12.5", state],
    ["earshot/any/recommend/request/phone", "Hello", event],
    ["earshot/any/recommend/reply/phone", reply, event],
    ["earshot/answers/rr", reply, event],
    ["homeassistant/device/kitchen/config", "{}", state],
  ] as const;
  for (const [topic, payload, options] of messages) {
    assert.equal(findViolation({ clientId, topic, payload, options }), undefined);
  }
});

test("it notices a wrong word, flag, value, key, or topic", () => {
  const catalogue = { name: "a", version: 1, songs: 1, features: [], dimensions: 1 };
  const whole = { ...catalogue, built_at: "2026-11-23T10:15:30.120Z", sha256: "0" };
  const messages = [
    ["earshot/kitchen/status", "away", state],
    ["earshot/kitchen/status", "online", event],
    ["earshot/kitchen/mic/threshold", "loud", state],
    ["earshot/kitchen/health", '{"songs":"many"}', { qos: 0, retain: true }],
    ["earshot/kitchen/catalogue", JSON.stringify({ ...whole, secret: true }), state],
    ["earshot/kitchen/unheard-of", "1", event],
  ] as const;
  for (const [topic, payload, options] of messages) {
    assert.ok(findViolation({ clientId, topic, payload, options })?.startsWith(topic), topic);
  }
});
