import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { isRunning, markOf, pidOf, processMark } from "../../src/storage/process-mark.js";

test("A mark tells this run of a process from an earlier one of the same id", () => {
  assert.equal(markOf(process.pid), processMark);
  assert.equal(pidOf(processMark), process.pid);
  assert.ok(isRunning(processMark));
  assert.ok(isRunning(markOf(process.ppid)));
  assert.ok(!isRunning(`${process.pid}-00000000`));
});

test("A mark of a process that is gone is not running", () => {
  assert.ok(!isRunning("4194304-00000000"));
});

test("The threads of a process have one mark", async () => {
  const module = new URL("../../src/storage/process-mark.js", import.meta.url).href;
  const script = `import("${module}").then(({ processMark }) =>
    require("node:worker_threads").parentPort.postMessage(processMark))`;
  const worker = new Worker(script, { eval: true });
  const mark = await new Promise((resolve) => {
    worker.once("message", resolve);
  });
  assert.equal(mark, processMark);
  await worker.terminate();
});
