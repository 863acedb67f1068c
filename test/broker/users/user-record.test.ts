import assert from "node:assert/strict";
import { test } from "node:test";
import { makeDummyHash } from "../../../src/broker/users/password-hash.js";
import {
  findFaultInUsers,
  isTopicRule,
  isUserName,
  parseUserTable,
} from "../../../src/broker/users/user-record.js";

test("a user's name is a plain topic level, and no name that every object has", () => {
  for (const name of ["anna", "home_assistant", "a.b", "phone@home", "A1", "x".repeat(64)])
    assert.ok(isUserName(name), name);
  for (const name of [
    "",
    "a/b",
    "+",
    "#",
    "$cli",
    "$node",
    "-a",
    "ä",
    "a b",
    "x".repeat(65),
    "__proto__",
    "constructor",
    "a\n",
  ])
    assert.ok(!isUserName(name), name);
});

test("a topic rule is a filter, with %u and %c as whole levels", () => {
  for (const rule of ["#", "a/#", "+/a", "a/%u/%c/#", "/", "$SYS/#"]) assert.ok(isTopicRule(rule));
  for (const rule of [
    "",
    "a#",
    "#/a",
    "a+/b",
    "a/%c-1",
    "x%u",
    "$share/g/a",
    "a\u0000",
    "x".repeat(257),
  ])
    assert.ok(!isTopicRule(rule), rule);
});

test("a user is read with its password's hash, role and rules", () => {
  const password = makeDummyHash();
  const users = parseUserTable({
    anna: { password, role: "asker" },
    door: { password, write: ["door/#"] },
    certified: { role: "node" },
  });
  assert.equal(users.get("anna")?.role, "asker");
  assert.deepEqual(users.get("door")?.write, ["door/#"]);
  assert.equal(users.get("certified")?.password, undefined);
  assert.equal(users.get("constructor"), undefined);
});

test("what is wrong with a user is said with its place, and without the password", () => {
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [{ anna: { password: "hunter2" } }, /^anna\.password: .*earshot user password/u],
    [{ anna: { role: "boss" } }, /^anna\.role: expected one of admin, .*, got "boss"$/u],
    [{ "a.b": { role: "asker" } }, /^a\.b\.role: expected another name/u],
    [{ Bedroom: { role: "node" } }, /^Bedroom\.role: expected the node's name/u],
    [{ any: { role: "node" } }, /^any\.role: /u],
    [{ anna: { read: ["a/#/b"] } }, /^anna\.read\.0: expected a topic filter/u],
    [{ anna: { topics: [] } }, /^anna: .*topics/u],
    [{ "a/b": {} }, /a\/b/u],
    [[], /expected/u],
    ["x", /expected/u],
    [Object.fromEntries(Array.from({ length: 1001 }, (_, index) => [`u${index}`, {}])), /1000/u],
  ];
  for (const [value, expected] of cases) {
    const fault = findFaultInUsers(value) ?? "";
    assert.match(fault, expected);
    assert.ok(!fault.includes("hunter2"));
  }
});
