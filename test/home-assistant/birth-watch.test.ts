import assert from "node:assert/strict";
import { test } from "node:test";
import { createBirthWatch } from "../../src/home-assistant/birth-watch.js";
import { createManualClock } from "../support/manual-clock.js";

function watch(random: number) {
  const clock = createManualClock();
  const calls: string[] = [];
  const birth = createBirthWatch({
    clock,
    random: () => random,
    onAnnounce: () => calls.push(`announce at ${clock.now()}`),
    onState: () => calls.push(`state at ${clock.now()}`),
  });
  return { clock, calls, birth };
}

test("a birth message is answered after half a second to five seconds, the state two later", () => {
  for (const [random, delayMs] of [
    [0, 500],
    [0.5, 2750],
  ] as const) {
    const { clock, calls, birth } = watch(random);
    birth.observe(Buffer.from("online"));
    clock.advance(delayMs - 1);
    assert.deepEqual(calls, []);
    clock.advance(1);
    clock.advance(2000);
    assert.deepEqual(calls, [`announce at ${delayMs}`, `state at ${delayMs + 2000}`]);
  }
});

test("a flood of birth messages is answered once, and the next one again", () => {
  const { clock, calls, birth } = watch(0);
  for (let index = 0; index < 1000; index += 1) birth.observe(Buffer.from("online"));
  clock.advance(500);
  birth.observe(Buffer.from("online"));
  clock.advance(2000);
  assert.equal(calls.length, 2);
  birth.observe(Buffer.from("online"));
  clock.advance(500);
  assert.equal(calls.length, 3);
});

test("what is not the word online, and what comes after the stop, is not answered", () => {
  const { clock, calls, birth } = watch(0);
  for (const text of ["offline", "", "Online", "onlinf", "online ".repeat(9999)]) {
    birth.observe(Buffer.from(text));
  }
  clock.advance(10_000);
  birth.observe(Buffer.from("online"));
  birth.stop();
  clock.advance(10_000);
  assert.deepEqual(calls, []);
});
