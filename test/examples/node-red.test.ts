import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { z } from "zod";
import { programRoot } from "../../src/program.js";
import { findFreePort } from "../support/mosquitto.js";
import { connectTestClient } from "../support/mqtt-client.js";
import { startNodeHere } from "../support/node-here.js";
import { makeTempFolder } from "../support/temp-folder.js";

const folder = join(programRoot, "examples", "node-red");
const flowSchema = z.array(z.looseObject({ id: z.string(), type: z.string() }));
const flows = readdirSync(folder).flatMap((file) =>
  flowSchema.parse(JSON.parse(readFileSync(join(folder, file), "utf8"))),
);

test("the flows hold default nodes only, no credentials, and each id once", () => {
  const nodes = "inject debug function change template";
  const network = "mqtt-broker, mqtt in, mqtt out, http in, http response";
  const defaults = new Set(["tab", ...nodes.split(" "), ...network.split(", ")]);
  for (const node of flows) {
    assert.ok(defaults.has(node.type), node.type);
    assert.ok(!("credentials" in node), node.id);
  }
  assert.equal(new Set(flows.map(({ id }) => id)).size, flows.length);
});

test("the real Node-RED asks and shows, prompts after a peak, and brings two nodes together", async (t) => {
  const nodeRed = process.env["EARSHOT_NODE_RED"];
  if (nodeRed === undefined) {
    t.skip(
      "EARSHOT_NODE_RED names no folder in which node-red is installed (see docs/node-red.md)",
    );
    return;
  }
  const node = await startNodeHere(t, { EARSHOT_NODE_ID: "attic" });
  const red = await startNodeRed(t, nodeRed, node.port);
  const room = await connectTestClient(t, node.port);

  await red.press("ask-title");
  await red.printed(/Like Bohemian Rhapsody by Queen:\n1\. /u);

  const page = `${red.url}/earshot`;
  assert.match(await (await fetch(page)).text(), /Listening/u);
  await room.publish("earshot/kitchen/ask/state", "waiting");
  await untilShown(page, /Heard something in kitchen\. What is playing\?/u);
  const body = new URLSearchParams({ title: "hey jude" });
  const answer = await (await fetch(page, { method: "POST", body })).text();
  assert.match(answer, /Like Hey Jude by The Beatles:.*<li>.+ by .+<\/li>/su);

  await red.printed(/attic is online/u);
  await red.press("two-playing");
  await room.publish("earshot/kitchen/mic/peak", JSON.stringify({ id: "peak-1" }));
  await red.printed(/\[debug:Songs for the kitchen\]\s+Like Hey Jude by The Beatles:\n1\. /u);
});

/** Starts Node-RED with all flows on a free port, without its editor; it ends with the test. */
async function startNodeRed(t: TestContext, installed: string, brokerPort: number) {
  const userDir = await makeTempFolder(t);
  const port = await findFreePort();
  const local = flows.map((node) =>
    node.type === "mqtt-broker" ? { ...node, port: String(brokerPort) } : node,
  );
  await writeFile(join(userDir, "flows.json"), JSON.stringify(local));
  const settings = { flowFile: "flows.json", uiHost: "127.0.0.1", disableEditor: true };
  await writeFile(
    join(userDir, "settings.js"),
    `module.exports = ${JSON.stringify({ ...settings, telemetry: { enabled: false } })};`,
  );
  const program = join(installed, "node_modules", "node-red", "red.js");
  const child = spawn(process.execPath, [program, "-u", userDir, "-p", String(port)], {
    env: { PATH: process.env["PATH"], HOME: userDir },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const exit = once(child, "exit");
  t.after(async () => {
    child.kill("SIGKILL");
    await exit;
  });
  let output = "";
  const checks = new Set<() => void>();
  const read = (text: string): void => {
    output += text;
    for (const check of checks) check();
  };
  child.stdout.setEncoding("utf8").on("data", read);
  child.stderr.setEncoding("utf8").on("data", read);
  /** Waits until Node-RED has printed it. */
  const printed = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`Node-RED has not printed ${pattern}:\n${output}`));
      }, 60_000);
      const check = (): void => {
        if (!pattern.test(output)) return;
        clearTimeout(timer);
        checks.delete(check);
        resolve();
      };
      checks.add(check);
      check();
    });
  await printed(/Started flows/u);
  // One connection for each of the flows' broker nodes.
  await printed(/(?:Connected to broker.*){3}/su);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    printed,
    async press(id: string) {
      assert.equal((await fetch(`${url}/inject/${id}`, { method: "POST" })).status, 200);
    },
  };
}

/** The page learns of a message when Node-RED does: asked again until then. */
async function untilShown(page: string, pattern: RegExp): Promise<void> {
  const signal = AbortSignal.timeout(10_000);
  while (!pattern.test(await (await fetch(page, { signal })).text())) signal.throwIfAborted();
}
