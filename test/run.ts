// Runs all tests in few processes: to start Node and to load what the tests import costs more than
// most files of tests do, so the files of a folder share a process, one after the other. Each is
// imported as it is: `node --test` runs a single one as well.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { prepareData, starterVariable } from "./support/node-process.js";

/**
 * What has a process to itself, a folder or a file below `test/`, dearest first so that none is left
 * to run alone at the end. A file belongs to the first that names it; the last takes all others.
 */
const lanes = [
  "broker/guard",
  "cli",
  "bridge",
  "catalogue",
  "home-assistant",
  "mdns",
  "client",
  "program/ears",
  "program/start",
  "program/several-nodes",
  "program/killed-import",
  "program/requests",
  "import/columns",
  "import",
  "broker/persistence",
  "program/commands",
  "program/doctor",
  "program/changeover",
  "program/ask-loop",
  "program/mosquitto",
  "program",
  "mic",
  "titles",
  "broker",
  "",
] as const;
/** More than two cores ask for: many a test waits for a timer or for a program that it started. */
const atOnce = 4;
/** For a whole lane, on a machine that has much else to do. */
const timeoutMs = 180_000;

const compiled = import.meta.dirname;
const lanesFolder = join(compiled, "lanes");

/** Writes a module for each lane that imports its files. */
function writeLanes(): readonly string[] {
  rmSync(lanesFolder, { recursive: true, force: true });
  mkdirSync(lanesFolder);
  const files = readdirSync(compiled, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.js"))
    .toSorted();
  return lanes.map((lane, order) => {
    const own = files.filter((file) => lanes.find((name) => file.startsWith(name)) === lane);
    const name = lane === "" ? "others" : lane.replace("/", "-");
    const module = join(lanesFolder, `${String(order + 1).padStart(2, "0")}-${name}.js`);
    writeFileSync(module, own.map((file) => `import "../${file}";\n`).join(""));
    return module;
  });
}

const tests = spawn(
  process.execPath,
  [
    "--test",
    "--test-reporter=spec",
    `--test-concurrency=${atOnce}`,
    `--test-timeout=${timeoutMs}`,
    ...process.argv.slice(2),
    ...writeLanes(),
  ],
  {
    stdio: "inherit",
    env: { ...process.env, [starterVariable]: await prepareData() },
  },
);
const [code] = await once(tests, "exit");
process.exitCode = typeof code === "number" ? code : 1;
