import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { removeLeftovers } from "../../src/catalogue/folders.js";
import { markOf, processMark } from "../../src/storage/process-mark.js";
import { listCatalogues, verifyCatalogue } from "../../src/catalogue/store.js";
import { buildTest, temporaryFolder } from "./temporary.js";
import { generateSongs } from "../../bench/catalogue/generate.js";

const child = fileURLToPath(new URL("build-in-child.js", import.meta.url));

/** Lets a child build without end and kills it at some moment after its first catalogue. */
async function killWhileBuilding(dataDir: string, delayMs: number): Promise<void> {
  const builder = spawn(process.execPath, [child, dataDir, "600"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(builder.stdout, "data");
  await setTimeout(delayMs);
  builder.kill("SIGKILL");
  await once(builder, "exit");
}

// Kills of whole imports: test/program/killed-import.test.ts; the long form: bench/catalogue/kill-run.ts.
test("Whenever a build is killed, all that is there is whole, and the rest is removed", async (t) => {
  const dataDir = temporaryFolder(t);
  for (const delayMs of [3, 80]) {
    await killWhileBuilding(dataDir, delayMs);
    await removeLeftovers(dataDir);
    for (const entry of readdirSync(join(dataDir, "catalogues"))) {
      assert.match(entry, /^test@\d+$/u);
      await verifyCatalogue(dataDir, entry);
    }
  }
  assert.ok((await listCatalogues(dataDir)).length >= 2);
  await buildTest(dataDir, generateSongs(20));
});

test("Only what a dead process left is removed", async (t) => {
  const dataDir = temporaryFolder(t);
  const folders = {
    own: `.building-test-${processMark}`,
    // An earlier run that had the same process id, as in a container.
    earlier: `.building-test-${process.pid}-00000000`,
    alive: `.building-test-${markOf(process.ppid)}`,
    foreign: ".something-else",
  };
  for (const folder of Object.values(folders)) {
    mkdirSync(join(dataDir, "catalogues", folder), { recursive: true });
  }
  assert.deepEqual(await removeLeftovers(dataDir), [folders.earlier]);
  for (const folder of [folders.own, folders.alive, folders.foreign]) {
    assert.ok(existsSync(join(dataDir, "catalogues", folder)), folder);
  }
});
