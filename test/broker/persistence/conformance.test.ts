import { createRequire } from "node:module";
import { join } from "node:path";
import { suite, test, after } from "node:test";
import { createPersistence } from "../../../src/broker/persistence/persistence.js";
import { recordLog } from "../../support/logs.js";
import { makeTempFolder } from "../../support/temp-folder.js";

/** The suite of aedes-persistence by which every persistence is measured. */
type AbstractSuite = (options: {
  readonly test: typeof test;
  readonly persistence: () => Promise<unknown>;
  readonly testAsync: boolean;
}) => void;

/** Each version of Aedes is measured by the suite it depends on: 10.3 and 11.0. */
function loadSuite(aedes: string): AbstractSuite {
  const require = createRequire(import.meta.resolve(aedes));
  const loaded: unknown = require("aedes-persistence/abstract.js");
  if (!isSuite(loaded)) throw new Error(`${aedes} brings no abstract suite`);
  return loaded;
}

function isSuite(value: unknown): value is AbstractSuite {
  return typeof value === "function";
}

for (const aedes of ["aedes", "aedes-1"]) {
  suite(`the conformance suite of ${aedes} is passed in memory`, () => {
    loadSuite(aedes)({ test, testAsync: true, persistence: async () => open(undefined) });
  });

  suite(`the conformance suite of ${aedes} is passed with a folder`, async () => {
    const folder = await makeTempFolder({ after });
    let count = 0;
    loadSuite(aedes)({
      test,
      testAsync: true,
      persistence: async () => open(join(folder, `${(count += 1)}`)),
    });
  });
}

async function open(dir: string | undefined): Promise<object> {
  const persistence = createPersistence({ dir, log: recordLog() });
  await persistence.start();
  return Object.assign(persistence.aedes, { destroy: () => persistence.stop() });
}
