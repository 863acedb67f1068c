import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { PassThrough } from "node:stream";
import { test, type TestContext } from "node:test";
import { verifyPassword } from "../../src/broker/users/password-hash.js";
import { readUserFile, userFilePath } from "../../src/broker/users/user-file.js";
import { runProgram } from "../../src/cli/program.js";
import { makeTempFolder } from "../support/temp-folder.js";

interface Place {
  readonly dataDir: string;
  readonly users?: string;
  readonly host?: string;
}

/** Runs `earshot user …` in this process; `typed` is what comes over standard input. */
async function user(place: Place, args: readonly string[], typed: string | PassThrough = "") {
  const printed = { out: "", error: "" };
  const input = typeof typed === "string" ? new PassThrough().end(typed) : typed;
  const code = await runProgram({
    args: ["user", ...args],
    env: {
      EARSHOT_DATA_DIR: place.dataDir,
      ...(place.users === undefined ? {} : { EARSHOT_BROKER_USERS: place.users }),
      ...(place.host === undefined ? {} : { EARSHOT_BROKER_HOST: place.host }),
    },
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
      input,
    },
  });
  return { code, ...printed };
}

async function makePlace(t: TestContext): Promise<Place> {
  return { dataDir: await makeTempFolder(t) };
}

async function hashOf({ dataDir }: Place, name: string): Promise<string> {
  return (await readUserFile(dataDir))?.get(name)?.password ?? "";
}

test("a user is added with the password from standard input, hashed, in a private file", async (t) => {
  const place = await makePlace(t);
  const added = await user(place, ["add", "anna"], "correct horse\r\nnext line\n");
  assert.deepEqual([added.code, added.out], [0, ""]);
  assert.match(added.error, /^added anna: asker \(asks for songs/u);
  assert.ok(await verifyPassword(Buffer.from("correct horse"), await hashOf(place, "anna")));
  const path = userFilePath(place.dataDir);
  assert.ok(!(await readFile(path, "utf8")).includes("horse"));
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test("--generate prints the password once, and it is the one", async (t) => {
  const place = await makePlace(t);
  const { code, out } = await user(place, ["add", "ha", "--role", "home", "--generate"]);
  assert.equal(code, 0);
  assert.match(out, /^[\w-]{20}\n$/u);
  assert.ok(await verifyPassword(Buffer.from(out.trim()), await hashOf(place, "ha")));
});

test("a password is changed, a user removed, and the last one's end is told", async (t) => {
  const place = await makePlace(t);
  await user(place, ["add", "anna"], "correct horse");
  assert.equal((await user(place, ["password", "anna"], "battery staple\n")).code, 0);
  assert.ok(await verifyPassword(Buffer.from("battery staple"), await hashOf(place, "anna")));
  const removed = await user(place, ["remove", "anna"]);
  assert.match(removed.error, /removed anna; it was the last one.*served now \(/u);
  assert.equal((await readUserFile(place.dataDir))?.size, 0);
  const open = { ...place, host: "0.0.0.0" };
  await user(open, ["add", "anna", "--no-password"]);
  const { error } = await user(open, ["remove", "anna"]);
  assert.match(error, /last one, .* the next start will be refused: broker\.host: .*0\.0\.0\.0/u);
});

test("who is added while another types a password stays, and so do all who are added at once", async (t) => {
  const place = await makePlace(t);
  const typed = new PassThrough();
  const asked = once(typed, "newListener");
  const slow = user(place, ["add", "anna"], typed);
  await asked;
  const names = Array.from({ length: 6 }, (_, index) => `user${index}`);
  const added = await Promise.all(names.map((name) => user(place, ["add", name, "--no-password"])));
  assert.deepEqual(new Set(added.map(({ code }) => code)), new Set([0]));
  typed.end("correct horse");
  assert.equal((await slow).code, 0);
  const users = await readUserFile(place.dataDir);
  assert.deepEqual([...(users?.keys() ?? [])].toSorted(), ["anna", ...names]);
});

test("topics of one's own come instead of a role, or beside one", async (t) => {
  const place = await makePlace(t);
  await user(place, ["add", "door", "--no-password", "--write", "door/%u", "--read", "a/#"]);
  await user(place, [
    "add",
    "z2m",
    "--no-password",
    "--role",
    "home",
    "--readwrite",
    "zigbee2mqtt/#",
  ]);
  const users = await readUserFile(place.dataDir);
  assert.deepEqual(users?.get("door"), { write: ["door/%u"], read: ["a/#"] });
  assert.deepEqual(users?.get("z2m"), { role: "home", readwrite: ["zigbee2mqtt/#"] });
});

test("the list shows everybody, from where, and never a hash", async (t) => {
  const place = await makePlace(t);
  assert.match((await user(place, ["list"])).out, /no users: .*this machine only/u);
  await user(place, ["add", "anna"], "correct horse");
  await user(place, ["add", "ben", "--no-password", "--read", "a/#"]);
  const both = { ...place, users: '{"anna":{"role":"admin"},"zoe":{"role":"node"}}' };
  const { out } = await user(both, ["list"]);
  assert.equal(
    out,
    `anna  admin  certificate  broker.users
ben   -      certificate  users.json    read a/#
zoe   node   certificate  broker.users
`,
  );
  const { out: json } = await user(place, ["list", "--json"]);
  assert.deepEqual(JSON.parse(json), [
    { name: "anna", signs_in_by: "password", source: "users.json", role: "asker" },
    { name: "ben", signs_in_by: "certificate", source: "users.json", read: ["a/#"] },
  ]);
});

test("what cannot be done is said, and nothing is changed", async (t) => {
  const place = await makePlace(t);
  await user(place, ["add", "anna"], "correct horse");
  const before = await readFile(userFilePath(place.dataDir), "utf8");
  const configured = { ...place, users: '{"zoe":{}}' };
  const cases: readonly (readonly [number, RegExp, Place, readonly string[], string?])[] = [
    [2, /there is a user anna already/u, place, ["add", "anna"], "correct horse"],
    [2, /in broker\.users/u, configured, ["add", "zoe"], "correct horse"],
    [2, /zoe stands in broker\.users/u, configured, ["remove", "zoe"]],
    [1, /there is no user "ben"/u, place, ["remove", "ben"]],
    [1, /there is no user "ben"/u, place, ["password", "ben"], "correct horse"],
    [2, /at least 8 characters/u, place, ["password", "anna"], "short"],
    [2, /at most 1024 bytes/u, place, ["password", "anna"], "x".repeat(1025)],
    [2, /at least 8 characters/u, place, ["add", "carl"], ""],
    [2, /--role: expected one of admin, .*, got "boss"/u, place, ["add", "b", "--role", "boss"]],
    [
      2,
      /--read: expected a topic filter: .*"a#"/u,
      place,
      ["add", "b", "--read", "b", "--read=a#"],
    ],
    [2, /--role: expected another name: an asker/u, place, ["add", "a.b@c"]],
    [2, /--role: expected the node's name/u, place, ["add", "Bedroom", "--role", "node"]],
  ];
  for (const [code, expected, where, args, typed] of cases) {
    const result = await user(where, args, typed);
    assert.equal(result.code, code, result.error);
    assert.match(result.error, expected);
  }
  assert.equal(await readFile(userFilePath(place.dataDir), "utf8"), before);
});
