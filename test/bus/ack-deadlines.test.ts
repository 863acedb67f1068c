import assert from "node:assert/strict";
import { test } from "node:test";
import { createAckDeadlines } from "../../src/bus/ack-deadlines.js";
import type { EarshotError } from "../../src/errors.js";

test("what is acknowledged in time never fails; what is not, fails with a timeout", (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  let nowMs = 0;
  t.mock.method(performance, "now", () => nowMs);
  const failed: [string, EarshotError][] = [];
  const deadlines = createAckDeadlines(1000);
  const begin = (what: string): (() => void) =>
    deadlines.begin(what, (error) => failed.push([what, error]));
  const settleFirst = begin("first");
  begin("second");
  settleFirst();
  nowMs = 900;
  t.mock.timers.tick(500);
  begin("third");
  assert.equal(failed.length, 0);
  nowMs = 1100;
  t.mock.timers.tick(500);
  assert.deepEqual(
    failed.map(([what, { code }]) => [what, code]),
    [["second", "timeout"]],
  );
  deadlines.failAll();
  assert.equal(failed.at(-1)?.[0], "third");
  assert.equal(failed.at(-1)?.[1].code, "broker_unavailable");
});
