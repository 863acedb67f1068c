import assert from "node:assert/strict";
import { test } from "node:test";
import { verifyPassword } from "../../src/broker/users/password-hash.js";
import { readUserFile } from "../../src/broker/users/user-file.js";
import { makeTempFolder } from "../support/temp-folder.js";
import { keys, needScript, startInTerminal } from "./pseudo-terminal.js";

test("on a terminal the password is asked twice and never shown", async (t) => {
  if (!needScript(t)) return;
  const dataDir = await makeTempFolder(t);
  const env = { PATH: process.env["PATH"], EARSHOT_DATA_DIR: dataDir };
  const terminal = startInTerminal(t, ["user", "add", "anna", "--role", "home"], env);
  await terminal.shown("Password: ");
  terminal.type(`correct horse${keys.enter}`);
  await terminal.shown("Once more: ");
  terminal.type(`correct horse${keys.enter}`);
  await terminal.shown("added anna: home");
  assert.equal(await terminal.ended(), 0);
  assert.ok(!terminal.all().includes("horse"));
  assert.match(terminal.all(), / echo /u);
  const hash = (await readUserFile(dataDir))?.get("anna")?.password ?? "";
  assert.ok(await verifyPassword(Buffer.from("correct horse"), hash));
});

test("two passwords that differ, and Ctrl-C, change nothing", async (t) => {
  if (!needScript(t)) return;
  const dataDir = await makeTempFolder(t);
  const env = { PATH: process.env["PATH"], EARSHOT_DATA_DIR: dataDir };
  const differing = startInTerminal(t, ["user", "add", "anna"], env);
  await differing.shown("Password: ");
  differing.type(`correct horse${keys.enter}`);
  await differing.shown("Once more: ");
  differing.type(`battery staple${keys.enter}`);
  await differing.shown("the two passwords differ");
  assert.equal(await differing.ended(), 2);
  const ended = startInTerminal(t, ["user", "add", "anna"], env);
  await ended.shown("Password: ");
  ended.type(keys.ctrlC);
  assert.equal(await ended.ended(), 1);
  assert.match(ended.all(), / echo /u);
  assert.equal(await readUserFile(dataDir), undefined);
});
