import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileRules, covers } from "../../../src/broker/users/topic-rules.js";
import { matchesFilter } from "../../../src/contract/topic-filters.js";

const names = { user: "anna", clientId: "anna-phone" };

test("read, write and both are three things", () => {
  const rules = compileRules({ read: ["a/#", "c"], write: ["b/+", "c"] }, names);
  assert.deepEqual([rules.mayRead("a/x"), rules.mayWrite("a/x")], [true, false]);
  assert.deepEqual([rules.mayRead("b/x"), rules.mayWrite("b/x")], [false, true]);
  assert.deepEqual([rules.mayRead("c"), rules.mayWrite("c")], [true, true]);
  assert.equal(rules.mayWrite("b/x/y"), false);
});

test("%u is the user and %c the client id, each as a whole level", () => {
  const rules = compileRules({ read: ["in/%u/#"], write: ["out/%c"] }, names);
  assert.equal(rules.mayRead("in/anna/x"), true);
  assert.equal(rules.mayRead("in/ben/x"), false);
  assert.equal(rules.mayWrite("out/anna-phone"), true);
  assert.equal(rules.mayWrite("out/%c"), false);
});

test("a client id with a slash or a wildcard makes no rule, and neither does none", () => {
  for (const clientId of ["#", "+", "a/b", "a#", "", undefined]) {
    const rules = compileRules({ read: ["in/%c", "in/%c/#"], write: [] }, { user: "a", clientId });
    for (const topic of ["in/x", "in/a/b", "in/", `in/${clientId ?? ""}`, "in/x/y"]) {
      assert.equal(rules.mayRead(topic), false, `${clientId} ${topic}`);
    }
  }
});

test("a filter is granted when a rule covers all that it stands for", () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ["a/#", "a", true],
    ["a/#", "a/b/c", true],
    ["a/#", "a/+/c", true],
    ["a/#", "a/#", true],
    ["a/#", "#", false],
    ["a/#", "+/b", false],
    ["a/+", "a/b", true],
    ["a/+", "a/+", true],
    ["a/+", "a/#", false],
    ["a/+", "a", false],
    ["a/b", "a/+", false],
    ["#", "$SYS/#", false],
    ["#", "$share/g/a", false],
    ["+/a", "$SYS/a", false],
    ["$SYS/#", "$SYS/broker/clients", true],
    ["#", "constructor/__proto__", true],
    ["a//b", "a//b", true],
    ["a/+/b", "a//b", true],
  ];
  for (const [rule, filter, expected] of cases) {
    assert.equal(covers(rule, filter), expected, `${rule} ${filter}`);
  }
});

test("what a covered filter matches, the rule matches too", () => {
  const level = fc.constantFrom("a", "b", "", "+", "$x");
  const filter = fc
    .tuple(fc.array(level, { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([levels, hasRest]) => [...levels, ...(hasRest ? ["#"] : [])].join("/"));
  const topic = fc
    .array(fc.constantFrom("a", "b", "", "$x"), { minLength: 1, maxLength: 5 })
    .map((levels) => levels.join("/"));
  fc.assert(
    fc.property(filter, filter, topic, (rule, given, name) => {
      const isCase = covers(rule, given) && matchesFilter(given, name);
      return !isCase || matchesFilter(rule, name);
    }),
    { numRuns: 5000, seed: 42 },
  );
});
