import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { tryLock } from "../../src/storage/file-lock.js";
import { makeTempFolder } from "../support/temp-folder.js";

const holder = fileURLToPath(new URL("hold-lock.js", import.meta.url));

test("A lock is held once, and can be taken again after its release", async (t) => {
  const path = join(await makeTempFolder(t), "lock");
  const first = tryLock(path);
  assert.ok(first !== undefined);
  assert.equal(tryLock(path), undefined);
  first.release();
  const second = tryLock(path);
  assert.ok(second !== undefined);
  second.release();
});

test("The lock of a process that was killed is free at once", async (t) => {
  const path = join(await makeTempFolder(t), "lock");
  const child = spawn(process.execPath, [holder, path], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  assert.equal(tryLock(path), undefined);
  child.kill("SIGKILL");
  await once(child, "exit");
  const lock = tryLock(path);
  assert.ok(lock !== undefined);
  lock.release();
});
