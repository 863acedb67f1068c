import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { replySchema } from "../../src/contract/reply.js";
import { programRoot } from "../../src/program.js";
import { needMosquitto, run } from "../support/mosquitto.js";
import { skipWithout } from "../support/needed-program.js";
import { findPython } from "../support/python.js";
import { shareNode } from "../support/share.js";

const examples = join(programRoot, "examples");
const node = shareNode();

test("the example for Node asks through earshot/client", async () => {
  const { stdout } = await run(process.execPath, [join(examples, "node", "ask.js"), "Hello"], {
    env: { EARSHOT_URL: `mqtt://127.0.0.1:${(await node()).port}` },
  });
  assert.match(stdout, /^Like Hello by .+:\n1\. .+ by .+\n2\. /u);
});

test("the program in docs/clients.md runs as it stands", async () => {
  const text = readFileSync(join(programRoot, "docs", "clients.md"), "utf8");
  const [, program = ""] = /```js\n([^`]+)```/u.exec(text) ?? [];
  const here = program.replace("mqtt://127.0.0.1:1883", `mqtt://127.0.0.1:${(await node()).port}`);
  assert.notEqual(here, program);
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", here], {
    cwd: programRoot,
  });
  assert.match(stdout, /^Queen .+\ntest online\n$/u);
});

test("the example for Python asks with paho", async (t) => {
  const python = await findPython("paho.mqtt.client");
  if (python === undefined) {
    skipWithout(t, { name: "python3-paho-mqtt", word: "paho" });
    return;
  }
  const args = [
    join(examples, "python", "ask.py"),
    "Hey Jude",
    "127.0.0.1",
    String((await node()).port),
  ];
  const { stdout } = await run(python, args);
  assert.match(stdout, /^Like Hey Jude by The Beatles:\n1\. .+ by .+\n2\. /u);
});

test("the example for the shell asks with mosquitto_rr", async (t) => {
  if (!needMosquitto(t, "mosquitto_rr")) return;
  const script = join(examples, "shell", "ask.sh");
  const { stdout } = await run(script, ["Hey Jude", "127.0.0.1", String((await node()).port)]);
  const reply = replySchema.parse(JSON.parse(stdout));
  assert.ok(reply.status === "ok" && reply.match.title === "Hey Jude");
});
