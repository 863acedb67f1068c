import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createQuestionWindow,
  type QuestionState,
  type QuestionWindow,
} from "../../src/ask/question-window.js";
import { createManualClock, type ManualClock } from "../support/manual-clock.js";

function setUp(lengthMs = 30_000): {
  readonly window: QuestionWindow;
  readonly clock: ManualClock;
  readonly states: QuestionState[];
} {
  const clock = createManualClock(1_000);
  const states: QuestionState[] = [];
  const window = createQuestionWindow({ lengthMs, clock, onState: (state) => states.push(state) });
  return { window, clock, states };
}

test("a peak opens a question and a request within it closes it", () => {
  const { window, clock, states } = setUp();
  assert.equal(window.answer(), false);
  assert.equal(window.open(), true);
  assert.equal(window.endsAtMs, 31_000);
  clock.advance(29_999);
  assert.equal(window.answer(), true);
  assert.equal(window.endsAtMs, undefined);
  clock.advance(60_000);
  assert.deepEqual(states, ["waiting", "idle"]);
});

test("an unanswered question lapses after its length and the next peak opens a new one", () => {
  const { window, clock, states } = setUp();
  window.open();
  clock.advance(30_000);
  assert.equal(window.state, "idle");
  assert.equal(window.answer(), false);
  assert.equal(window.open(), true);
  assert.deepEqual(states, ["waiting", "idle", "waiting"]);
});

test("there is one question at a time, and a second peak does not prolong it", () => {
  const { window, clock, states } = setUp();
  window.open();
  clock.advance(20_000);
  assert.equal(window.open(), false);
  clock.advance(10_000);
  assert.deepEqual(states, ["waiting", "idle"]);
});

test("an old question's timer does not close a new question", () => {
  const { window, clock } = setUp();
  window.open();
  clock.advance(20_000);
  window.answer();
  window.open();
  clock.advance(10_000);
  assert.equal(window.state, "waiting");
  window.close();
  assert.equal(window.state, "idle");
});

test("a length of 0 asks no questions", () => {
  const { window, states } = setUp(0);
  assert.equal(window.open(), false);
  assert.deepEqual(states, []);
});
