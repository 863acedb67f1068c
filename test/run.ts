// Runs all tests in few processes: to start Node and to load what the tests import costs more than
// most files of tests do, so the files of a folder share a process, one after the other. Each is
// imported as it is: `node --test` runs a single one as well.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { prepareData, starterVariable } from "./support/node-process.js";

/**
 * What shares a process, as folders and files below `test/`: about as long each, the longest first so
 * that none is left to run alone at the end. Fewer would leave a core idle where tests wait. The last
 * takes all others.
 */
const lanes = [
  {
    name: "program",
    paths: [
      "program/ask-loop",
      "program/changeover",
      "program/commands",
      "program/ears",
      "program/requests",
      "program/start",
    ],
  },
  { name: "program-others", paths: ["program"] },
  { name: "songs", paths: ["catalogue", "import", "titles"] },
  { name: "cli", paths: ["cli", "client", "examples"] },
  { name: "network", paths: ["bridge", "home-assistant", "mdns", "presence"] },
  { name: "guard", paths: ["broker/guard"] },
  { name: "broker", paths: ["broker"] },
  { name: "others", paths: [] },
] as const;
/** More than two cores ask for: many a test waits for a timer or for a program that it started. */
const atOnce = 5;
/** For a whole lane, on a machine that has much else to do. */
const timeoutMs = 240_000;
/**
 * A function has to run six times as long as usual before it is optimised: few of a test run long
 * enough to give that time back. From V8 13 on (Node 24) there is no such option.
 */
const lateOptimisation =
  Number.parseInt(process.versions.v8, 10) < 13 ? ["--interrupt-budget=400000"] : [];
/** Threads that help to collect garbage take more of two busy cores than they spare. */
const engineFlags = ["--single-threaded-gc", ...lateOptimisation];

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
    const own = files.filter((file) => findLane(file) === lane);
    const module = join(lanesFolder, `${order + 1}-${lane.name}.js`);
    const imported = ["support/untracked-resources.js", ...own];
    writeFileSync(module, imported.map((file) => `import "../${file}";\n`).join(""));
    return module;
  });
}

/** The first that names the file, or a folder that it is in. */
function findLane(file: string): (typeof lanes)[number] | undefined {
  const holds = (path: string): boolean =>
    file === `${path}.test.js` || file.startsWith(`${path}/`);
  return lanes.find(({ paths }) => paths.some(holds)) ?? lanes.at(-1);
}

/** For all temporary files, also those that Chromium and libpulse leave behind. */
const temporary = mkdtempSync(join(tmpdir(), "earshot-tests-"));
// Some tests run a program under another account.
chmodSync(temporary, 0o755);
process.once("exit", () => {
  rmSync(temporary, { recursive: true, force: true });
});
process.env["TMPDIR"] = temporary;

const tests = spawn(
  process.execPath,
  [
    ...engineFlags,
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
