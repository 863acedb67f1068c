import assert from "node:assert/strict";
import { test } from "node:test";
import type { BridgeMessage } from "../../src/bridge/message.js";
import { createOutbox, type Outgoing } from "../../src/bridge/outbox.js";

function message(topic: string, text: string, retain = false): BridgeMessage {
  return { topic, payload: Buffer.from(text), qos: 1, retain, properties: {}, receivedMs: 0 };
}

function texts(outgoing: readonly Outgoing[]): readonly string[] {
  return outgoing.map(({ message: { topic, payload } }) => `${topic}=${String(payload)}`);
}

test("state comes first, the latest of each topic, then the events in their order", () => {
  const outbox = createOutbox();
  outbox.add(message("peak", "1"));
  outbox.add(message("status", "offline", true));
  outbox.add(message("info", "a", true));
  outbox.add(message("status", "online", true));
  outbox.add(message("peak", "2"));
  assert.equal(outbox.waiting(), 4);
  assert.deepEqual(texts(outbox.take(3)), ["info=a", "status=online", "peak=1"]);
  assert.deepEqual(texts(outbox.take(3)), ["peak=2"]);
  assert.deepEqual([outbox.waiting(), outbox.dropped()], [0, 0]);
});

test("an hour of events leaves the newest, and the state beside them", () => {
  const outbox = createOutbox({ messages: 1000, bytes: 1e6 });
  for (let second = 0; second < 3600; second += 1) {
    outbox.add(message("peak", String(second)));
    outbox.add(message("health", String(second), true));
  }
  const taken = texts(outbox.take(5000));
  assert.deepEqual(taken.slice(0, 2), ["health=3599", "peak=2600"]);
  assert.deepEqual([taken.length, taken.at(-1), outbox.dropped()], [1001, "peak=3599", 2600]);
});

test("bytes are limited too, for state as for events; what is sent already goes first", () => {
  const outbox = createOutbox({ messages: 1000, bytes: 30 });
  outbox.add(message("sent", "x".repeat(10), true));
  outbox.take(1);
  outbox.add(message("old", "x".repeat(10), true));
  outbox.add(message("new", "x".repeat(10), true));
  assert.equal(outbox.dropped(), 0);
  outbox.add(message("newer", "x".repeat(10), true));
  assert.equal(outbox.dropped(), 1);
  outbox.add(message("event", "x".repeat(31)));
  assert.equal(outbox.dropped(), 2);
  outbox.renewState();
  assert.deepEqual(
    outbox.take(9).map((one) => one.message.topic),
    ["new", "newer"],
  );
});

test("what a line ended with is sent again in its place, unless newer state has come", () => {
  const outbox = createOutbox();
  outbox.add(message("status", "offline", true));
  outbox.add(message("info", "a", true));
  outbox.add(message("peak", "1"));
  const unsent = outbox.take(9);
  outbox.add(message("peak", "2"));
  outbox.add(message("status", "online", true));
  outbox.giveBack(unsent.map((one) => ({ ...one, failures: 1 })));
  const again = outbox.take(9);
  assert.deepEqual(texts(again), ["info=a", "status=online", "peak=1", "peak=2"]);
  assert.deepEqual(
    again.map(({ failures }) => failures),
    [1, 0, 1, 0],
  );
});

test("all state is renewed for an upstream that may have lost it; what was cleared or refused is not", () => {
  const outbox = createOutbox();
  for (const topic of ["info", "ghost", "refused"]) outbox.add(message(topic, "a", true));
  outbox.add(message("ghost", "", true));
  const sent = outbox.take(9);
  assert.deepEqual(texts(sent), ["info=a", "refused=a", "ghost="]);
  const refused = sent[1];
  assert.ok(refused !== undefined);
  outbox.forget(refused.message);
  outbox.renewState();
  assert.deepEqual(texts(outbox.take(9)), ["info=a"]);
});
