import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { generateSongs } from "../../bench/catalogue/generate.js";
import { writeCurrent } from "../../src/catalogue/current.js";
import { tryLock } from "../../src/storage/file-lock.js";
import { buildTest } from "../catalogue/temporary.js";
import { share } from "../support/share.js";
import { makeTempFolder } from "../support/temp-folder.js";
import { startElsewhere } from "./run-elsewhere.js";

const isRoot = process.getuid?.() === 0;
/** Root may do everything, so that commands are run as an account that may not. */
const asNobody = isRoot ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
const runAsNobody = share(async (t) => {
  const env = { PATH: process.env["PATH"], EARSHOT_LOG_LEVEL: "silent" };
  return startElsewhere(t, env, asNobody);
});

test("a command that may not write to the data folder says so in one line with what to do", async (t) => {
  const dataDir = await makeTempFolder(t);
  for (const count of [20, 30]) await buildTest(dataDir, generateSongs(count));
  await writeCurrent(dataDir, { name: "test", version: 2 });
  const songs = join(dataDir, "songs.csv");
  await writeFile(songs, "title,artist,tempo\nA,B,100\nC,D,120\n");
  const folders = [dataDir, join(dataDir, "catalogues")];
  for (const folder of folders) await chmod(folder, 0o555);
  try {
    const commands = [
      ["import", songs],
      ["catalogue", "use", "test@1"],
      ["user", "add", "anna", "--no-password"],
    ];
    const run = await runAsNobody();
    for (const command of commands) {
      const { code, stderr } = await run([...command, "--data.dir", dataDir]);
      assert.equal(code, 2, `${command.join(" ")}: ${stderr}`);
      const said =
        /^earshot \w+: data\.dir: the folder \S+ cannot be used: .*; run this as .*set data\.dir/u;
      assert.match(stderr, said);
      assert.equal(stderr.trim().split("\n").length, 1, stderr);
    }
  } finally {
    // The folder's own removal comes before any later hook.
    for (const folder of folders) await chmod(folder, 0o755);
  }
});

test("a lock file of another account is refused by the file system, not by SQLite", async (t) => {
  const folder = await makeTempFolder(t);
  const lock = join(folder, "users.lock");
  tryLock(lock)?.release();
  await chmod(lock, 0o444);
  await chmod(folder, 0o777);
  const run = await runAsNobody();
  const command = ["user", "add", "anna", "--no-password"];
  const { code, stderr } = await run([...command, "--data.dir", folder]);
  assert.equal(code, 2);
  assert.match(stderr, /^earshot user: data\.dir: .*run this as the account/u);
});
