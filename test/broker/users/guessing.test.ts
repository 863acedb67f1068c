import assert from "node:assert/strict";
import { test } from "node:test";
import { createPasswordCheck } from "../../../src/broker/users/password-check.js";
import { hashPassword } from "../../../src/broker/users/password-hash.js";
import { createWorkQueue } from "../../../src/broker/users/work-queue.js";
import { createDeferred } from "../../../src/deferred.js";
import { EarshotError } from "../../../src/errors.js";
import { credentials, openAccess, password, passwordHash } from "./support.js";

/** What an answer is, where "come again later" is one. */
async function orBusy<Answer>(answer: Promise<Answer>): Promise<Answer | "busy"> {
  try {
    return await answer;
  } catch (error) {
    assert.ok(error instanceof EarshotError && error.code === "broker_unavailable");
    return "busy";
  }
}

// The long form, at the real cost of a hash: bench/broker/guessing.bench.ts.
test("10,000 wrong passwords at once are refused within seconds, and neither owner nor neighbour notices", async (t) => {
  const { access, log } = await openAccess(t, { anna: { role: "asker" }, ben: { role: "home" } });
  assert.ok(await access.authenticate(credentials("anna")));
  const cpuBefore = process.cpuUsage();
  const peer = { transport: "tcp", address: "10.9.9.9" } as const;
  const tries = Array.from({ length: 10_000 }, (_, index) =>
    orBusy(
      access.authenticate(credentials("anna", { peer, password: Buffer.from(`guess ${index}`) })),
    ),
  );
  // A known client comes back in the middle of it.
  assert.ok(await access.authenticate(credentials("anna", { peer })));
  const answers = await Promise.all(tries);
  assert.ok(answers.every((identity) => identity === undefined || identity === "busy"));
  const { user, system } = process.cpuUsage(cpuBefore);
  // To check each of them would take ten times as long.
  assert.ok(user + system < 3e6, `${user + system} µs of CPU`);
  assert.ok(await access.authenticate(credentials("ben")));
  assert.ok(log.lines.length <= 2);
});

test("a whole house that comes back at once is let in: to wait is not to be wrong", async (t) => {
  const names = Array.from({ length: 60 }, (_, index) => `user${index}`);
  const { access, log } = await openAccess(
    t,
    Object.fromEntries(names.map((name) => [name, { password: passwordHash, role: "home" }])),
  );
  const tries = names.map((name) => access.authenticate(credentials(name)));
  assert.deepEqual(
    await Promise.all(tries),
    names.map((name) => ({ name })),
  );
  assert.deepEqual(log.lines, []);
});

test("more than may wait are told to come again, and none of them counts as a wrong password", async (t) => {
  const { access } = await openAccess(t, { anna: { password: passwordHash } });
  const peer = { transport: "tcp", address: "10.9.9.8" } as const;
  const guesses = Array.from({ length: 40 }, (_, index) =>
    orBusy(access.authenticate(credentials("anna", { peer, password: Buffer.from(`${index}`) }))),
  );
  assert.equal(await orBusy(access.authenticate(credentials("anna"))), "busy");
  const answers = await Promise.all(guesses);
  assert.equal(answers.filter((answer) => answer === "busy").length, 8);
});

test("the same name and password at the same time are one check", async () => {
  const check = createPasswordCheck();
  const [bytes, hash] = [Buffer.from(password), passwordHash];
  const before = process.cpuUsage();
  const verdicts = Array.from({ length: 300 }, () => check.verify("anna", bytes, hash));
  assert.deepEqual(new Set(await Promise.all(verdicts)), new Set(["right"]));
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 2e6, `${user + system} µs of CPU`);
});

test("two checks are at work at a time, as many wait as may, and the rest hears no at once", async () => {
  const queue = createWorkQueue({ atOnce: 2, waiting: 3 });
  const gates = Array.from({ length: 5 }, () => createDeferred<string>());
  let working = 0;
  let most = 0;
  const run = (gate: { readonly promise: Promise<string> }): Promise<string | undefined> =>
    queue.run(async () => {
      working += 1;
      most = Math.max(most, working);
      const result = await gate.promise;
      working -= 1;
      return result;
    });
  const results = gates.map((gate) => run(gate));
  assert.equal(await queue.run(async () => "too many"), undefined);
  for (const [index, gate] of gates.entries()) gate.resolve(`${index}`);
  assert.deepEqual(await Promise.all(results), ["0", "1", "2", "3", "4"]);
  assert.equal(most, 2);
  assert.equal(await queue.run(async () => "free again"), "free again");
});

test("work that fails gives its place free", async () => {
  const queue = createWorkQueue({ atOnce: 1, waiting: 0 });
  await assert.rejects(
    queue.run(() => Promise.reject(new Error("no"))),
    /no/u,
  );
  assert.equal(await queue.run(async () => 1), 1);
});

test("a password is known again only while the user's hash is the same", async () => {
  const check = createPasswordCheck();
  const [bytes, hash] = [Buffer.from(password), passwordHash];
  assert.equal(check.isKnown("anna", bytes, hash), false);
  assert.equal(await check.verify("anna", bytes, hash), "right");
  assert.equal(check.isKnown("anna", bytes, hash), true);
  assert.equal(check.isKnown("ben", bytes, hash), false);
  assert.equal(check.isKnown("anna", Buffer.from("other"), hash), false);
  assert.equal(check.isKnown("anna", bytes, `${hash.slice(0, -1)}A`), false);
  assert.equal(check.isKnown("anna", bytes, undefined), false);
});

test("a name that does not exist costs as much work as a wrong password", async () => {
  const check = createPasswordCheck();
  const hash = await hashPassword(password);
  const cost = async (given: string | undefined): Promise<number> => {
    const before = process.cpuUsage();
    for (let round = 0; round < 5; round += 1)
      assert.equal(await check.verify("x", Buffer.from("wrong"), given), "wrong");
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  await cost(hash);
  const [known, unknown] = [await cost(hash), await cost(undefined)];
  assert.ok(unknown > known / 2 && unknown < known * 2, `${known} µs, ${unknown} µs`);
});
