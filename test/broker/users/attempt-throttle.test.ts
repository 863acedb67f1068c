import assert from "node:assert/strict";
import { test } from "node:test";
import { createAttemptThrottle } from "../../../src/broker/users/attempt-throttle.js";
import { createManualClock, type ManualClock } from "../../support/manual-clock.js";

/** How long an attempt has to wait, by moving the clock in small steps. */
async function waitOf(
  clock: ManualClock,
  attempt: Promise<boolean>,
): Promise<{ readonly ms: number; readonly isAdmitted: boolean }> {
  let answer: boolean | undefined;
  void attempt.then((isAdmitted) => (answer = isAdmitted));
  for (let ms = 0; ms <= 20_000; ms += 250) {
    await new Promise((resolve) => setImmediate(resolve));
    if (answer !== undefined) return { ms, isAdmitted: answer };
    clock.advance(250);
  }
  throw new Error("never admitted");
}

test("an address waits twice as long after each failure, up to 8 s, and not after a quiet minute", async () => {
  const clock = createManualClock();
  const throttle = createAttemptThrottle(clock);
  const waits: number[] = [];
  for (let round = 0; round < 8; round += 1) {
    waits.push((await waitOf(clock, throttle.admit("10.0.0.1", `name${round}`))).ms);
    throttle.fail("10.0.0.1", `name${round}`);
  }
  assert.deepEqual(waits, [0, 250, 500, 1000, 2000, 4000, 8000, 8000]);
  assert.equal((await waitOf(clock, throttle.admit("10.0.0.2", "other"))).ms, 0);
  clock.advance(60_001);
  assert.equal((await waitOf(clock, throttle.admit("10.0.0.1", "name"))).ms, 0);
});

test("a name that is tried from many addresses waits 2 s at most, so that its owner gets in", async () => {
  const clock = createManualClock();
  const throttle = createAttemptThrottle(clock);
  for (let index = 0; index < 50; index += 1) throttle.fail(`10.0.1.${index}`, "anna");
  const owner = await waitOf(clock, throttle.admit("10.0.0.9", "anna"));
  assert.deepEqual(owner, { ms: 2000, isAdmitted: true });
});

test("of one address four wait at a time and of all 256; the others are refused at once", async () => {
  const clock = createManualClock();
  const throttle = createAttemptThrottle(clock);
  for (let host = 0; host < 100; host += 1) throttle.fail(`10.0.0.${host}`, `n${host}`);
  let admitted = 0;
  let refused = 0;
  const attempt = async (host: number): Promise<void> => {
    if (await throttle.admit(`10.0.0.${host}`, `n${host}`)) admitted += 1;
    else refused += 1;
  };
  const attempts = Array.from({ length: 600 }, (_, index) => attempt(Math.floor(index / 6)));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(refused, 600 - 256);
  clock.advance(1000);
  await Promise.all(attempts);
  assert.equal(admitted, 256);
});

test("the addresses of one IPv6 network count as one, and an IPv4 address is one in both forms", async () => {
  const clock = createManualClock();
  const throttle = createAttemptThrottle(clock);
  throttle.fail("2001:db8:1:2::1", "a");
  assert.equal((await waitOf(clock, throttle.admit("2001:db8:1:2:9:9:9:9", "b"))).ms, 250);
  assert.equal((await waitOf(clock, throttle.admit("2001:db8:1:3::1", "c"))).ms, 0);
  throttle.fail("::ffff:10.0.0.7", "d");
  assert.equal((await waitOf(clock, throttle.admit("10.0.0.7", "e"))).ms, 250);
});

test("only the 1024 addresses that failed last are remembered", async () => {
  const clock = createManualClock();
  const throttle = createAttemptThrottle(clock);
  for (let index = 0; index < 1025; index += 1)
    throttle.fail(`10.1.${index >> 8}.${index & 255}`, "x");
  assert.equal((await waitOf(clock, throttle.admit("10.1.0.0", "fresh"))).ms, 0);
  assert.equal((await waitOf(clock, throttle.admit("10.1.0.1", "fresh"))).ms, 250);
});
