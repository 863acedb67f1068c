import { createRequire } from "node:module";
import { join } from "node:path";
import { after, test, type TestContext } from "node:test";
import { createPersistence } from "../../../src/broker/persistence/persistence.js";
import { recordLog } from "../../support/logs.js";
import { makeTempFolder } from "../../support/temp-folder.js";

/** The suite of aedes-persistence by which every persistence is measured. */
type AbstractSuite = (options: {
  readonly test: (name: string, run: (t: TestContext) => Promise<void>) => unknown;
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
  measure(aedes, "in memory", () => undefined);
  let folder: Promise<string> | undefined;
  let count = 0;
  measure(aedes, "with a folder", async () => {
    folder ??= makeTempFolder({ after });
    return join(await folder, `${(count += 1)}`);
  });
}

/** Not in a `suite`: in a lane its tests would not know that they are in it (untracked-resources.ts). */
function measure(
  aedes: string,
  kept: string,
  chooseFolder: () => Promise<string> | undefined,
): void {
  loadSuite(aedes)({
    test: (name, run) => test(`the conformance suite of ${aedes} is passed ${kept}: ${name}`, run),
    testAsync: true,
    persistence: async () => open(await chooseFolder()),
  });
}

async function open(dir: string | undefined): Promise<object> {
  const persistence = createPersistence({ dir, log: recordLog() });
  await persistence.start();
  return Object.assign(persistence.aedes, { destroy: () => persistence.stop() });
}
