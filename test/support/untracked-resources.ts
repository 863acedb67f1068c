// Imported for its effect by each lane (see run.ts), before anything else: node:test follows every
// promise and every socket of a process back to its test, by an async hook, only to name the test
// that an uncaught error belongs to. That takes up to a tenth of a lane's time, and the code runs
// other than in a node, where nothing follows it. Such an error ends the lane at once instead, with
// its stack; the file alone (`node --test`) says which test it was. `describe` and hooks called within
// a test need the hook as well, to find what they are in: theirs would be the whole lane's, an `after`
// would wait for its end. `t.test` and `t.after` know it.
import { createHook } from "node:async_hooks";
import { writeSync } from "node:fs";
import { after } from "node:test";

const hooks: object = Object.getPrototypeOf(createHook({}));
const enable = Object.getOwnPropertyDescriptor(hooks, "enable");
if (enable !== undefined) {
  Object.defineProperty(hooks, "enable", { ...enable, value: () => {} });
  // node:test sets itself up at the first call of any of its functions.
  after(() => {});
  Object.defineProperty(hooks, "enable", enable);
  process.prependListener("uncaughtException", endLane);
  process.prependListener("unhandledRejection", endLane);
}

function endLane(error: unknown): void {
  const stack = error instanceof Error ? error.stack : undefined;
  writeSync(process.stderr.fd, `Uncaught in a lane: ${stack ?? String(error)}\n`);
  process.exit(1);
}
