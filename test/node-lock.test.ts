import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createNodeFile, isNodeRunning, readNodeFile } from "../src/node-file.js";
import { lockDataDir } from "../src/node-lock.js";
import { recordLog } from "./support/logs.js";
import { makeTempFolder } from "./support/temp-folder.js";

const kitchen = { base: "earshot", node: "kitchen", broker: { host: "127.0.0.1", port: 1884 } };

/** A data folder whose lock is taken. */
async function makeLockedFolder(t: TestContext): Promise<string> {
  const dataDir = await makeTempFolder(t);
  const lock = await lockDataDir(dataDir, recordLog());
  t.after(() => lock.release());
  return dataDir;
}

async function messageOfLock(dataDir: string): Promise<string> {
  let message = "";
  await assert.rejects(lockDataDir(dataDir, recordLog()), (error: Error) => {
    message = error.message;
    return true;
  });
  return message;
}

test("a data folder that a live node has noted is said to be that node's", async (t) => {
  const dataDir = await makeLockedFolder(t);
  await createNodeFile(dataDir, () => kitchen).start();
  assert.match(
    await messageOfLock(dataDir),
    /^another node runs on the data folder .* \(kitchen, broker 127\.0\.0\.1:1884\); end it/u,
  );
});

const maybe =
  /cannot be locked: another node may run on it(.*), or its drive may not support locks/u;

for (const [whose, place, who] of [
  ["nobody's", undefined, ""],
  ["a dead node's", "here", ""],
  ["another machine's", "elsewhere", " (kitchen, broker 127.0.0.1:1884)"],
] as const) {
  test(`a lock that cannot be had where the note is ${whose} is not taken for a node`, async (t) => {
    const dataDir = await makeLockedFolder(t);
    await createNodeFile(dataDir, () => kitchen).start();
    const note = await readNodeFile(dataDir);
    const left = { ...kitchen, process: { mark: "4194304-00000000", place: place ?? "" } };
    if (place === "here") left.process.place = note?.process?.place ?? "";
    await writeFile(join(dataDir, "node.json"), place === undefined ? "" : JSON.stringify(left));
    const message = await messageOfLock(dataDir);
    assert.equal(maybe.exec(message)?.[1], who, message);
    assert.match(message, /a folder on a local disk and a port of its own: --data\.dir/u);
  });
}

test("a note of an older version, without a process, tells nothing of whether its node runs", () => {
  assert.equal(isNodeRunning(kitchen), undefined);
});
