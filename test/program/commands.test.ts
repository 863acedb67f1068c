import assert from "node:assert/strict";
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createEmbeddedBroker } from "../../src/broker/embedded.js";
import { replySchema } from "../../src/contract/reply.js";
import { programRoot } from "../../src/program.js";
import { recordLog } from "../support/logs.js";
import { run } from "../support/mosquitto.js";
import { connectTestClient } from "../support/mqtt-client.js";
import { runHere } from "../support/command-here.js";
import { runHereAlone, startNodeHere } from "../support/node-here.js";
import { type CommandResult, runCommand } from "../support/node-process.js";
import { shareNode } from "../support/share.js";
import { makeTempFolder } from "../support/temp-folder.js";
import { needScript } from "./pseudo-terminal.js";

const sharedNode = shareNode();

test("ask finds the node of its data folder without being told its port, and prints a table", async () => {
  const node = await sharedNode();
  const { code, stdout, stderr } = await runCommand(["ask", "bohemian rapsody"], node.env);
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /Nearest by sound to Bohemian Rhapsody by Queen \(1975\) \(closest match\)/u,
  );
  assert.match(stdout, /^ {2}1 {2}\S/mu);
  assert.match(stdout, /^ 10 {2}\S/mu);
  assert.doesNotMatch(stdout, /\u001B/u);
  const { columns } = { columns: 100 };
  for (const line of stdout.split("\n").slice(2)) assert.ok(line.length <= columns, line);
});

test("ask without configuration finds a node that is a client of an external broker", async (t) => {
  const broker = createEmbeddedBroker({ host: "127.0.0.1", port: 0, log: recordLog() });
  t.after(() => broker.stop());
  await broker.start();
  const node = await startNodeHere(t, {
    EARSHOT_BROKER_MODE: "external",
    EARSHOT_MQTT_URL: `mqtt://127.0.0.1:${broker.address()?.port ?? 0}`,
  });
  const { EARSHOT_DATA_DIR } = node.env;
  const { code, stderr } = await runHere(["ask", "Hello"], { EARSHOT_DATA_DIR });
  assert.equal(code, 0, stderr);
});

test("ask --json prints the reply as it came", async () => {
  const node = await sharedNode();
  const args = [
    "ask",
    "Hello",
    "--artist",
    "Adele",
    "--limit",
    "3",
    "--filter",
    "year=1980:1999",
    "--json",
  ];
  const { code, stdout } = await runHere(args, node.env);
  assert.equal(code, 0);
  const reply = replySchema.parse(JSON.parse(stdout));
  assert.ok(reply.status === "ok" && reply.results.length === 3);
  assert.ok(reply.results.every(({ year = 0 }) => year >= 1980 && year <= 1999));
});

test("ask for a song that is not there ends with 1 and with what may have been meant", async () => {
  const node = await sharedNode();
  const { code, stdout, stderr } = await runHere(
    ["ask", "Hello", "--artist", "Nobody Atall"],
    node.env,
  );
  assert.equal(code, 1);
  assert.match(stderr, /^earshot ask: the catalogue has no song "Hello" by "Nobody Atall"\n$/u);
  assert.match(stdout, /Did you mean:\n {2}Hello by /u);
  const json = await runHere(["ask", "Hello", "--artist", "Nobody Atall", "--json"], node.env);
  assert.equal(json.code, 1);
  assert.equal(JSON.parse(json.stdout).error.code, "not_found");
});

test("where nothing is like the title, ask says what may help", async () => {
  const { code, stderr } = await runHere(["ask", "zzzzqqqq"], (await sharedNode()).env);
  assert.equal(code, 1);
  assert.match(stderr, /has no song "zzzzqqqq"; check the spelling.*earshot import FILE\n$/u);
});

test("without a node ask says in one line what to do", async (t) => {
  const { code, stderr } = await runHereAlone(t, ["ask", "Hello"], { EARSHOT_BROKER_PORT: "1" });
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^earshot ask: no node can be reached at 127\.0\.0\.1:1 .*start one with: earshot start\n$/u,
  );
});

test("watch shows a question and its answer, one line each, and ends on SIGINT", async (t) => {
  const node = await sharedNode();
  const child = spawn(process.execPath, [join(programRoot, "dist/src/main.js"), "watch"], {
    env: node.env,
  });
  t.after(() => child.kill("SIGKILL"));
  await untilPrinted(child, "stderr", "watching earshot/#");
  const client = await connectTestClient(t, node.port);
  await client.publish("earshot/test/recommend/request/me", "bohemian rapsody");
  const text = await untilPrinted(child, "stdout", "songs, first");
  assert.match(text, /test +recommend\/request\/me +bohemian rapsody\n/u);
  assert.match(text, /test +recommend\/reply\/me +Bohemian Rhapsody by Queen → 10 songs, first /u);
  const exit = once(child, "exit");
  child.kill("SIGINT");
  assert.deepEqual(await exit, [0, null]);
});

test("watch ends with 1 and the reason by a fault, which is no signal", async () => {
  const { code, stderr } = await runHere(["watch"], (await sharedNode()).env, {
    // As main.ts does it with an uncaught one.
    stopAt: { printed: "watching earshot/#", reason: new Error("sabotage") },
  });
  assert.match(stderr, /^earshot watch: sabotage\n$/mu);
  assert.equal(code, 1);
});

test("healthcheck goes by what the broker holds: online and lately, offline, or long silent", async (t) => {
  const broker = createEmbeddedBroker({ host: "127.0.0.1", port: 0, log: recordLog() });
  t.after(() => broker.stop());
  await broker.start();
  const port = broker.address()?.port ?? 0;
  const client = await connectTestClient(t, port);
  const check = async (status: string, silentS: number): Promise<CommandResult> => {
    // A node that was started before its clock was set: its uptime fits no start.
    const health = { time_s: Math.round(Date.now() / 1000) - silentS, uptime_s: 5 };
    await client.publish("earshot/test/health", JSON.stringify(health), { retain: true });
    await client.publish("earshot/test/status", status, { retain: true });
    return await runHereAlone(t, ["healthcheck"], { EARSHOT_BROKER_PORT: String(port) });
  };
  const online = await check("online", 60);
  assert.equal(online.code, 0, online.stderr);
  assert.match(
    online.stdout,
    new RegExp(`^node test at 127\\.0\\.0\\.1:${port} is online\n$`, "u"),
  );
  const offline = await check("offline", 0);
  assert.equal(offline.code, 1);
  assert.match(offline.stderr, /node test at .* is offline\n$/u);
  const stale = await check("online", 300);
  assert.equal(stale.code, 1);
  assert.match(stale.stderr, /no sign of life for 30\d s\n$/u);
});

test("the log is for people only where it goes to a terminal itself", async (t) => {
  if (!needScript(t)) return;
  const folder = await makeTempFolder(t);
  const log = join(folder, "log");
  await writeFile(join(folder, "data"), "a file, so the start fails after its first line");
  const start = `'${process.execPath}' '${join(programRoot, "dist/src/main.js")}' start 2>'${log}'`;
  const env = { PATH: process.env["PATH"], EARSHOT_DATA_DIR: join(folder, "data") };
  // The exit code is that of the program.
  await assert.rejects(run("script", ["-qec", start, "/dev/null"], { env }), { code: 2 });
  const [first = "", second] = (await readFile(log, "utf8")).split("\n");
  assert.equal(JSON.parse(first).msg, "starting");
  assert.match(second ?? "", /data\.dir: .* is a file; set data\.dir to a folder/u);
});

test("config prints every value with its source and hides secrets", async (t) => {
  const { code, stdout } = await runHereAlone(t, ["config", "--broker.port", "1999"], {
    EARSHOT_MQTT_PASSWORD: "hunter2",
  });
  assert.equal(code, 0);
  assert.match(stdout, /^broker\.port +1999 +--broker\.port$/mu);
  assert.match(stdout, /^mqtt\.password +"\*\*\*" +EARSHOT_MQTT_PASSWORD$/mu);
  assert.match(stdout, /^recommender\.limit +10 +default$/mu);
  assert.ok(!stdout.includes("hunter2"));
});

test("catalogue list names the live catalogue and says what its values are", async () => {
  const node = await sharedNode();
  const { code, stdout } = await runHere(["catalogue", "list"], node.env);
  assert.equal(code, 0);
  assert.match(stdout, /^\* +starter@1 /mu);
  assert.match(stdout, /editorial estimates/u);
});

function untilPrinted(
  child: ChildProcessWithoutNullStreams,
  stream: "stdout" | "stderr",
  words: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child[stream].setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.includes(words)) resolve(text);
    });
    child.once("exit", () => {
      reject(new Error(`it ended; printed: ${text}`));
    });
  });
}
