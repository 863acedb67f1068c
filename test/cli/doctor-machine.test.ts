import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import {
  checkDataFolder,
  checkNodeVersion,
  leastNodeVersion,
} from "../../src/cli/doctor-machine.js";
import { programRoot } from "../../src/program.js";
import { makeTempFolder } from "../support/temp-folder.js";

test("the least version of Node.js is the one of package.json", async () => {
  const manifest = JSON.parse(await readFile(join(programRoot, "package.json"), "utf8"));
  assert.equal(`${manifest.engines.node}.0`, `>=${leastNodeVersion}`);
});

test("versions are compared by number", () => {
  for (const version of ["20.19.0", "20.20.2", "22.3.1", "24.0.0", "100.0.0"]) {
    assert.equal(checkNodeVersion(version).state, "ok", version);
  }
  for (const version of ["20.18.3", "20.9.0", "8.17.0"]) {
    assert.equal(checkNodeVersion(version).state, "fault", version);
  }
});

test("a data folder that does not exist yet is fine where it can be made", async (t) => {
  const folder = await makeTempFolder(t);
  const check = await checkDataFolder(join(folder, "a", "b"));
  assert.notEqual(check.state, "fault");
  assert.match(check.message, /a\/b \(\d+ MB free, made at the first start\)/u);
});
