import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { runProgram } from "../../src/cli/program.js";

/** Runs a command in this process, as far as wrong use and help go. */
async function call(...args: readonly string[]) {
  const printed = { out: "", error: "" };
  const code = await runProgram({
    args,
    env: {},
    signal: new AbortController().signal,
    terminal: {
      write: (text) => {
        printed.out += text;
      },
      writeError: (line) => {
        printed.error += `${line}\n`;
      },
      isInteractive: false,
      isColoured: false,
      isLogTerminal: false,
      isLogColoured: false,
      columns: 100,
      input: new PassThrough(),
    },
  });
  return { code, ...printed };
}

test("every command explains itself", async () => {
  const { out } = await call("--help");
  const names = [...out.matchAll(/^ {2}(\w+) +\S/gmu)].map(([, name = ""]) => name);
  assert.deepEqual(names, [
    "start",
    "ask",
    "watch",
    "catalogue",
    "user",
    "config",
    "doctor",
    "healthcheck",
  ]);
  for (const name of names) {
    const { code, out: help } = await call(name, "--help");
    assert.equal(code, 0);
    assert.match(help, new RegExp(`^Usage: earshot ${name}`, "u"));
  }
});

test("wrong use ends with 2 and one line that says what is wrong", async () => {
  const uses: readonly (readonly [readonly string[], RegExp])[] = [
    [["dance"], /there is no such command/u],
    [["ask"], /a title is needed/u],
    [["ask", "x", "--colour", "red"], /colour/u],
    [["ask", "x", "--limit", "0"], /limit/u],
    [["ask", "x", "--filter", "year"], /COLUMN=MIN:MAX/u],
    [["ask", "x", "--node", "A B"], /--node/u],
    [["catalogue", "burn"], /catalogue list/u],
    [["user"], /user add\|password\|remove NAME/u],
    [["user", "constructor", "x"], /user add/u],
    [["user", "add", "a/b"], /expected a name of 1 to 64/u],
    [["user", "add", "anna", "--role", "boss"], /--role: .*admin/u],
    [["user", "add", "anna", "--read", "a#"], /--read\.0: expected a topic filter/u],
  ];
  for (const [args, expected] of uses) {
    const { code, error } = await call(...args);
    assert.equal(code, 2, args.join(" "));
    assert.match(error, expected);
    assert.equal(error.trim().split("\n").length, 1, error);
  }
  assert.equal((await call()).code, 2);
});
