import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createLink, type Link } from "../../src/bridge/link.js";
import type { Connection } from "../../src/bus/connection.js";
import { type RecordedLog, recordLog } from "../support/logs.js";
import { createManualClock, type ManualClock } from "../support/manual-clock.js";
import { until } from "./bridges.js";

interface FlakyLink {
  readonly link: Link;
  readonly clock: ManualClock;
  readonly log: RecordedLog;
  /** Ends the connection from the broker's side. */
  readonly drop: () => void;
}

async function startLink(t: TestContext): Promise<FlakyLink> {
  const clock = createManualClock();
  const log = recordLog();
  let drop = (): void => {};
  const connection: Connection = {
    version: 5,
    isOpen: () => true,
    publish: async () => {},
    subscribe: async () => {},
    end: async () => {},
  };
  const link = createLink({
    to: "the broker",
    async connect({ onClose }) {
      drop = onClose;
      // A connection of its own for each attempt.
      return { ...connection };
    },
    onMessage() {},
    prepare: async () => {},
    log,
    clock,
    random: () => 0.5,
  });
  t.after(() => link.stop());
  await link.start();
  return { link, clock, log, drop: () => drop() };
}

/** The waits before the next tries when each connection ends after the same time. */
async function dropEach({ link, clock, log, drop }: FlakyLink, lastedMs: number) {
  for (let times = 0; times < 5; times += 1) {
    clock.advance(lastedMs);
    drop();
    clock.advance(60_000);
    await until("the next connection", () => link.connection() !== undefined);
  }
  return log.lines.flatMap(({ details }) =>
    "retryInMs" in details ? [Number(details.retryInMs)] : [],
  );
}

test("a broker that drops everybody every ten seconds is missed for a second each time", async (t) => {
  assert.deepEqual(await dropEach(await startLink(t), 10_000), [1000, 1000, 1000, 1000, 1000]);
});

test("one that drops at once is tried less and less", async (t) => {
  assert.deepEqual(await dropEach(await startLink(t), 100), [1000, 2000, 4000, 8000, 16_000]);
});
