import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../support/manual-clock.js";
import { makeTempFolder } from "../../support/temp-folder.js";
import { message, startRun } from "./run.js";

const offline = (fields = {}) =>
  message("node/status", { payload: "offline", retain: true, ...fields });

test("the will of a node that died with the broker is published 10 s after the next start", async (t) => {
  const dir = await makeTempFolder(t);
  const clock = createManualClock(1_000_000);
  const first = await startRun(t, { dir, clock });
  await first.persistence.aedes.putWill({ id: "node" }, offline());
  // Killed: no stop.
  const second = await startRun(t, { dir, clock });
  clock.advance(9_999);
  assert.deepEqual(second.broker.published, []);
  clock.advance(1);
  const topics = second.broker.published.map((packet) => Reflect.get(packet, "topic"));
  assert.deepEqual(topics, ["node/status"]);
  await second.persistence.stop();
  const third = await startRun(t, { dir, clock });
  clock.advance(60_000);
  assert.deepEqual(third.broker.published, []);
});

test("a client that comes back in time is not reported as gone", async (t) => {
  const dir = await makeTempFolder(t);
  const clock = createManualClock(1_000_000);
  const first = await startRun(t, { dir, clock });
  await first.persistence.aedes.putWill({ id: "back with a will" }, offline());
  await first.persistence.aedes.putWill({ id: "back without" }, offline());
  const second = await startRun(t, { dir, clock });
  // As Aedes does for each client that connects.
  for (const id of ["back with a will", "back without"])
    await second.persistence.aedes.delWill({ id });
  await second.persistence.aedes.putWill({ id: "back with a will" }, offline());
  clock.advance(100_000);
  assert.deepEqual(second.broker.published, []);
});

test("a will's delay counts from the start, and does not go into the message", async (t) => {
  const dir = await makeTempFolder(t);
  const clock = createManualClock(1_000_000);
  const properties = { willDelayInterval: 30, contentType: "text/plain" };
  const first = await startRun(t, { dir, clock });
  await first.persistence.aedes.putWill({ id: "node" }, offline({ properties }));
  const second = await startRun(t, { dir, clock });
  clock.advance(10_000);
  assert.deepEqual(second.broker.published, []);
  clock.advance(20_000);
  const [packet] = second.broker.published;
  assert.deepEqual(Reflect.get(packet ?? {}, "properties"), { contentType: "text/plain" });
});

test("wills of a former run come in time whatever the wall clock does", async (t) => {
  const dir = await makeTempFolder(t);
  const first = await startRun(t, { dir });
  await first.persistence.aedes.putWill({ id: "at once" }, offline());
  const properties = { willDelayInterval: 11 };
  await first.persistence.aedes.putWill({ id: "later" }, offline({ properties }));
  const timers = createManualClock();
  const second = await startRun(t, {
    dir,
    clock: { now: () => 1_000_000 - timers.now(), after: timers.after },
  });
  timers.advance(10_000);
  assert.equal(second.broker.published.length, 1);
  timers.advance(1_000);
  assert.equal(second.broker.published.length, 2);
});

test("the end of a connection that was taken over leaves the new one's will alone", async (t) => {
  const run = await startRun(t);
  const fresh = { id: "node", closed: false };
  await run.persistence.aedes.putWill(fresh, offline({ payload: "the new one's" }));
  // Aedes ends the old connection after it has stored the new one's will, and names only the id.
  await run.persistence.aedes.delWill({ id: "node" });
  assert.equal((await run.persistence.aedes.getWill(fresh))?.payload, "the new one's");
  fresh.closed = true;
  await run.persistence.aedes.delWill({ id: "node" });
  assert.equal(await run.persistence.aedes.getWill(fresh), undefined);
});
