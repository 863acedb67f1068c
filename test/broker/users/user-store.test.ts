import assert from "node:assert/strict";
import { once } from "node:events";
import { rm, stat, writeFile } from "node:fs/promises";
import { test } from "node:test";
import { userFilePath } from "../../../src/broker/users/user-file.js";
import { openUserStore } from "../../../src/broker/users/user-store.js";
import { EarshotError } from "../../../src/errors.js";
import { recordLog } from "../../support/logs.js";
import { makeTempFolder } from "../../support/temp-folder.js";
import { credentials, loopback, openAccess, passwordHash, writeUsers } from "./support.js";

test("the users' file can be read by the node's own account only", async (t) => {
  const dataDir = await makeTempFolder(t);
  await writeUsers(dataDir, { anna: {} });
  assert.equal((await stat(userFilePath(dataDir))).mode & 0o777, 0o600);
});

test("users of the file and of the configuration are both there; the configuration wins", async (t) => {
  const dataDir = await makeTempFolder(t);
  await writeUsers(dataDir, { anna: { role: "admin" }, ben: { role: "home" } });
  const configured = { anna: { password: passwordHash, role: "asker" } };
  const users = await openUserStore({ dataDir, configured, log: recordLog() });
  assert.deepEqual([...users.names()].toSorted(), ["anna", "ben"]);
  assert.equal(users.find("anna")?.role, "asker");
});

test("a users' file that is damaged stops the start: it must not pass for an empty one", async (t) => {
  const dataDir = await makeTempFolder(t);
  for (const text of ["", "{", "[]", '{"anna":{"password":"hunter2"}}', '{"a/b":{}}']) {
    await writeFile(userFilePath(dataDir), text);
    await assert.rejects(
      openUserStore({ dataDir, configured: {}, log: recordLog() }),
      (error) =>
        error instanceof EarshotError &&
        error.code === "bad_config" &&
        error.message.includes(userFilePath(dataDir)) &&
        !error.message.includes("hunter2"),
      text,
    );
  }
});

test("a change of the file holds at once: whose user changed is told, the others stay", async (t) => {
  const { access, users, dataDir } = await openAccess(t, { anna: { role: "asker" }, ben: {} });
  await users.start();
  const anna = await access.authenticate(credentials("anna"));
  const ben = await access.authenticate(credentials("ben"));
  assert.ok(anna !== undefined && ben !== undefined);
  const change = new Promise<void>((resolve) => {
    access.onChange((isStillValid) => {
      assert.equal(isStillValid(anna), false);
      assert.equal(isStillValid(ben), true);
      assert.equal(isStillValid({ name: "$node" }), true);
      assert.equal(isStillValid({ name: "" }), false);
      resolve();
    });
  });
  await writeUsers(dataDir, { anna: { role: "home" }, ben: {}, carl: {} });
  await change;
  const again = await access.authenticate(credentials("anna"));
  assert.ok(again !== undefined && access.maySubscribe(again, "x", "earshot/#"));
  assert.ok(await access.authenticate(credentials("carl")));
});

test("the first user ends the time of clients without one", async (t) => {
  const { access, users, dataDir } = await openAccess(t, {});
  await users.start();
  const anybody = credentials(undefined, { peer: loopback });
  const before = await access.authenticate(anybody);
  assert.ok(before !== undefined);
  const isValid = new Promise<boolean>((resolve) => {
    access.onChange((isStillValid) => {
      resolve(isStillValid(before));
    });
  });
  await writeUsers(dataDir, { anna: {} });
  assert.equal(await isValid, false);
  assert.equal(access.mayReceive(before, "x", "earshot/kitchen/status"), false);
  assert.equal(await access.authenticate(anybody), undefined);
});

test("a file that is damaged or taken away while the node runs changes nothing but for a warning", async (t) => {
  const { access, users, dataDir, log } = await openAccess(t, { anna: {} });
  const warned = new EventTarget();
  log.warn = (details, message) => {
    log.lines.push({ level: "warn", details, message });
    warned.dispatchEvent(new Event("warning"));
  };
  await users.start();
  const damaged = once(warned, "warning");
  await writeFile(userFilePath(dataDir), '{"anna":');
  await damaged;
  const gone = once(warned, "warning");
  await rm(userFilePath(dataDir));
  await gone;
  const messages = log.lines.map(({ message }) => message);
  assert.deepEqual(messages, ["users kept as they were", "users kept as they were"]);
  const peer = { ...loopback };
  assert.equal(await access.authenticate(credentials(undefined, { peer })), undefined);
  assert.ok(await access.authenticate(credentials("anna")));
});
