import assert from "node:assert/strict";
import { test } from "node:test";
import { parseArguments } from "../../src/cli/arguments.js";
import { EarshotError } from "../../src/errors.js";

const own = { json: { type: "boolean" }, limit: { type: "string" } } as const;

test("a negative number is a value, with and without an equals sign", () => {
  for (const args of [["--mic.thresholdDb", "-40.5"], ["--mic.thresholdDb=-40.5"]]) {
    assert.deepEqual(parseArguments(args, own).settings, { "mic.thresholdDb": "-40.5" });
  }
  assert.equal(parseArguments(["--limit", "-1"], own).flags["limit"], "-1");
  assert.deepEqual(parseArguments(["--", "--limit", "-1"], own).positionals, ["--limit", "-1"]);
});

test("a misspelt flag gets one plain line with the nearest one", () => {
  const cases = [
    [["--broker.prt", "1884"], "there is no flag --broker.prt; did you mean --broker.port?"],
    [["--mic.rise_db=3"], "there is no flag --mic.rise_db; did you mean --mic.riseDb?"],
    [["--jsn"], "there is no flag --jsn; did you mean --json?"],
    [["--colour", "red"], "there is no flag --colour; `earshot config` lists all keys"],
    [["-x"], "there is no flag -x; `earshot config` lists all keys"],
  ] as const;
  for (const [args, message] of cases) {
    assert.throws(
      () => parseArguments(args, own),
      (error) =>
        error instanceof EarshotError && error.code === "bad_usage" && error.message === message,
    );
  }
});
