import assert from "node:assert/strict";
import { test } from "node:test";
import { EarshotError } from "../src/errors.js";
import { type Service, startServices, withDeadline } from "../src/lifecycle.js";
import { recordLog } from "./support/logs.js";

function makeService(name: string, events: string[], faults: Partial<Service> = {}): Service {
  return {
    name,
    async start() {
      events.push(`start ${name}`);
    },
    async stop() {
      events.push(`stop ${name}`);
    },
    ...faults,
  };
}

test("services start in order and stop in reverse, once", async () => {
  const events: string[] = [];
  const services = ["a", "b", "c"].map((name) => makeService(name, events));
  const running = await startServices(services, { log: recordLog(), stopTimeoutMs: 1000 });
  await Promise.all([running.stop(), running.stop()]);
  assert.deepEqual(events, ["start a", "start b", "start c", "stop c", "stop b", "stop a"]);
});

test("a start that fails is undone, and the failure is what the caller sees", async () => {
  const events: string[] = [];
  const failing = makeService("c", events, { start: () => Promise.reject(new Error("no")) });
  const services = [makeService("a", events), makeService("b", events), failing];
  await assert.rejects(startServices(services, { log: recordLog(), stopTimeoutMs: 1000 }), /no/u);
  assert.deepEqual(events, ["start a", "start b", "stop b", "stop a"]);
});

test("a service that hangs or fails while stopping does not keep the others from stopping", async () => {
  const events: string[] = [];
  const log = recordLog();
  const services = [
    makeService("a", events),
    makeService("hangs", events, { stop: () => new Promise(() => {}) }),
    makeService("fails", events, { stop: () => Promise.reject(new Error("broken")) }),
  ];
  const running = await startServices(services, { log, stopTimeoutMs: 20 });
  await running.stop();
  assert.equal(events.at(-1), "stop a");
  const errors = log.lines.filter(({ level }) => level === "error").map(({ details }) => details);
  assert.deepEqual(errors, [
    { service: "fails", reason: "broken" },
    { service: "hangs", reason: "stopping hangs took longer than 20 ms" },
  ]);
});

test("a deadline passes on what came in time and is an error otherwise", async () => {
  assert.equal(await withDeadline(Promise.resolve(7), 1000, "counting"), 7);
  await assert.rejects(
    withDeadline(new Promise(() => {}), 5, "counting"),
    (error) => error instanceof EarshotError && error.code === "timeout",
  );
});
