import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { runHere } from "../support/command-here.js";
import { makeTempFolder } from "../support/temp-folder.js";

test("every command explains itself", async () => {
  const { stdout } = await runHere(["--help"], {});
  const names = [...stdout.matchAll(/^ {2}(\w+) +\S/gmu)].map(([, name = ""]) => name);
  assert.deepEqual(names, [
    "start",
    "ask",
    "watch",
    "import",
    "catalogue",
    "user",
    "config",
    "doctor",
    "healthcheck",
  ]);
  for (const name of names) {
    const { code, stdout: help } = await runHere([name, "--help"], {});
    assert.equal(code, 0);
    assert.match(help, new RegExp(`^Usage: earshot ${name}`, "u"));
  }
});

test("wrong use ends with 2 and one line that says what is wrong", async () => {
  const uses: readonly (readonly [readonly string[], RegExp])[] = [
    [["dance"], /there is no such command/u],
    [["ask"], /a title is needed/u],
    [["start", "28886"], /"28886" .*npm start -- --broker\.port 1884/u],
    [["watch", "kitchen"], /"kitchen" means nothing here.*--help/u],
    [["config", "extra"], /"extra"/u],
    [["doctor", "extra"], /"extra"/u],
    [["healthcheck", "extra"], /"extra"/u],
    [["ask", "x", "--colour", "red"], /colour/u],
    [[], /^earshot: a command is needed, one of start, ask.*--help/u],
    [["ask", "x", "--limit", "0"], /--limit: expected a whole number from 1 to 100, got "0"/u],
    [["ask", "x", "--limit="], /--limit: expected .*, got ""/u],
    [["ask", "x", "--max-per-artist", "1.5"], /--max-per-artist: expected .*, got "1\.5"/u],
    [["ask", "x", "--id="], /--id: expected /u],
    [["ask", "x", "--filter", "year"], /COLUMN=MIN:MAX/u],
    [["ask", "x", "--filter", "year=1980:1970"], /--filter: .*lower one first.*1980:1970/u],
    [["ask", "x", "--filter", "year=a:b"], /--filter: .*two numbers.*a:b/u],
    [["config", "--config", "/no/such.yaml"], /file \/no\/such\.yaml cannot be read: there is no/u],
    [["ask", "x", "--node", "A B"], /--node/u],
    [["import"], /a FILE or URL is needed/u],
    [["import", "x.csv", "--map", "tempo"], /COLUMN=FIELD/u],
    [["import", "x.csv", "--name", "My songs"], /a-z, 0-9/u],
    [["import", "x.csv", "--name", "starter"], /the program's own/u],
    [["catalogue", "burn"], /catalogue list/u],
    [["user"], /user add\|password\|remove NAME/u],
    [["user", "constructor", "x"], /user add/u],
    [["user", "add", "a/b"], /expected a name of 1 to 64/u],
    [["user", "add", "anna", "--role", "boss"], /--role: .*admin/u],
    [["user", "add", "anna", "--read", "a#"], /--read: expected a topic filter/u],
  ];
  for (const [args, expected] of uses) {
    const { code, stderr: error } = await runHere(args, {});
    assert.equal(code, 2, args.join(" "));
    assert.match(error, expected);
    assert.equal(error.trim().split("\n").length, 1, error);
  }
});

test("each of several wrong values is a line that names the command", async (t) => {
  const file = join(await makeTempFolder(t), "earshot.yaml");
  await writeFile(file, "broker: [1]\nmic:\n  rateHz: x\n");
  const { code, stderr } = await runHere(["config", "--config", file], {});
  assert.equal(code, 2);
  assert.deepEqual(
    stderr.split("\n").map((line) => line.slice(0, 34)),
    ["earshot config: broker: expected k", "earshot config: mic.rateHz: expect", ""],
  );
});
