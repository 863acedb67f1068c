import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { connect } from "../../src/client/client.js";
import { infoSchema } from "../../src/contract/state.js";
import { programRoot } from "../../src/program.js";
import { password, writeUsers } from "../broker/users/support.js";
import { needMosquitto, startMosquitto } from "../support/mosquitto.js";
import { connectTestClient, type TestClient } from "../support/mqtt-client.js";
import { startNodeHere } from "../support/node-here.js";
import { copyPreparedData, startNode } from "../support/node-process.js";
import { makeTempFolder } from "../support/temp-folder.js";

const clientOf = (port: number): NodeJS.ProcessEnv => ({
  EARSHOT_BROKER_MODE: "external",
  EARSHOT_MQTT_URL: `mqtt://127.0.0.1:${port}`,
  EARSHOT_RECOMMENDER_RATE_LIMIT: "0",
});

test("on Mosquitto recommenders divide the requests to any, and ears take none away", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  const port = await startMosquitto(t);
  // The first has both roles, and so listens to `any` twice; its microphone is not there.
  await startNodeHere(t, {
    ...clientOf(port),
    EARSHOT_NODE_ID: "both",
    EARSHOT_MIC_ENABLED: "true",
  });
  await startNodeHere(t, { ...clientOf(port), EARSHOT_NODE_ID: "brain" });
  await startNodeHere(t, {
    ...clientOf(port),
    EARSHOT_NODE_ID: "ear",
    EARSHOT_MIC_ENABLED: "true",
    EARSHOT_RECOMMENDER_ENABLED: "false",
  });
  const watcher = await connectTestClient(t, port);
  await watcher.subscribe("earshot/any/recommend/reply/+");
  await watcher.subscribe("earshot/+/recommend/last");
  const count = 40;
  const client = await connect(`mqtt://127.0.0.1:${port}`, { clientId: "asker" });
  t.after(() => client.close());
  for (let asked = 0; asked < count; asked += 1) {
    await client.recommend("Hello", { retryAfterMs: 0 });
  }
  const answers = await countReplies(watcher, count);
  assert.ok([...answers.values()].every((replies) => replies === 1));
  const answerers = new Set(
    watcher.seen.filter(({ topic }) => topic.endsWith("/last")).map(({ topic }) => topic),
  );
  assert.equal(answerers.size, 2, "both recommenders had a part in it");
});

test("the three lines of the docs make an ear and a recommender; killed under load, nothing is lost", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  const port = await startMosquitto(t);
  const [ear = "", recommender = ""] = readExamples();
  const earNode = await startNodeHere(t, await exampleEnv(t, { lines: ear, port, node: "ear" }));
  const victim = await startNode(t, await exampleEnv(t, { lines: recommender, port, node: "one" }));
  await startNodeHere(t, await exampleEnv(t, { lines: recommender, port, node: "two" }));
  const watcher = await connectTestClient(t, port);
  await watcher.subscribe("earshot/+/info");
  const roles = new Map<string, readonly string[]>();
  while (roles.size < 3) {
    const info = infoSchema.parse(JSON.parse((await watcher.next(() => true)).text));
    roles.set(info.node, info.roles);
  }
  assert.deepEqual(roles.get("ear"), ["mic"]);
  assert.deepEqual(roles.get("one"), ["recommender"]);

  await watcher.subscribe("earshot/any/recommend/reply/+");
  const client = await connect(`mqtt://127.0.0.1:${port}`);
  t.after(() => client.close());
  const count = 160;
  let answered = 0;
  const ask = async (): Promise<void> => {
    for (let own = 0; own < count / 20; own += 1) {
      await client.recommend("Hello by Adele", { retryAfterMs: 400 });
      answered += 1;
      if (answered === count / 4) victim.child.kill("SIGKILL");
    }
  };
  await Promise.all(Array.from({ length: 20 }, ask));
  assert.equal(await victim.ended(), "SIGKILL");
  const replies = await countReplies(watcher, count);
  assert.equal(replies.size, count, "every question has its reply");
  const twice = [...replies.values()].filter((times) => times > 1).length;
  t.diagnostic(`${count} questions, ${twice} of them answered twice`);
  assert.ok(earNode.log.every((line) => !line.includes("request ignored")));
});

test("without another broker an ear of three lines joins the one of the Pi that answers, as a user of its own", async (t) => {
  const [, , ear = ""] = readExamples();
  const dataDir = await copyPreparedData(t);
  await writeUsers(dataDir, { kitchen: { role: "node" }, home: { role: "home" } });
  const { port } = await startNodeHere(t, { EARSHOT_DATA_DIR: dataDir, EARSHOT_NODE_ID: "attic" });
  const home = await connectTestClient(t, port, { username: "home", password });
  await home.subscribe("earshot/kitchen/#");
  await home.subscribe("homeassistant/device/earshot_kitchen/config");
  await home.subscribe("earshot/any/recommend/reply/home");
  const env = await exampleEnv(t, { lines: ear, port, node: "kitchen" });
  await startNodeHere(t, { ...env, EARSHOT_MQTT_PASSWORD: password });
  const next = async (topic: string) => (await home.next((seen) => seen.topic === topic)).text;
  assert.equal(await next("earshot/kitchen/status"), "online");
  assert.deepEqual(infoSchema.parse(JSON.parse(await next("earshot/kitchen/info"))).roles, ["mic"]);
  assert.match(await next("homeassistant/device/earshot_kitchen/config"), /"peak"/u);
  assert.equal(await next("earshot/kitchen/ask/state"), "idle");
  await home.publish("earshot/any/recommend/request/home", "Hello by Adele");
  assert.match(await next("earshot/any/recommend/reply/home"), /"status":"ok"/u);
});

/** How often each id was answered, when as many as expected have been. */
async function countReplies(watcher: TestClient, expected: number): Promise<Map<string, number>> {
  const times = new Map<string, number>();
  while (times.size < expected) {
    const { text } = await watcher.next(({ topic }) => topic.includes("/recommend/reply/"));
    const { id } = JSON.parse(text);
    times.set(id, (times.get(id) ?? 0) + 1);
  }
  return times;
}

/** The YAML examples of docs/several-nodes.md, in their order. */
function readExamples(): readonly string[] {
  const text = readFileSync(join(programRoot, "docs", "several-nodes.md"), "utf8");
  return [...text.matchAll(/```yaml\n([^`]+)```/gu)].map(([, lines = ""]) => lines);
}

/** Settings of a node whose configuration file has the lines of an example. */
async function exampleEnv(
  t: TestContext,
  example: { readonly lines: string; readonly port: number; readonly node: string },
): Promise<NodeJS.ProcessEnv> {
  assert.equal(example.lines.trim().split("\n").length, 3);
  const file = join(await makeTempFolder(t), "earshot.yaml");
  const here = `127.0.0.1:${example.port}`;
  await writeFile(file, example.lines.replace(/192\.168\.1\.\d+:1883/u, here));
  return {
    EARSHOT_CONFIG: file,
    EARSHOT_NODE_ID: example.node,
    EARSHOT_MIC_ENABLED: undefined,
    EARSHOT_BROKER_PORT: undefined,
    // One client asks more than one person would.
    EARSHOT_RECOMMENDER_RATE_LIMIT: "0",
  };
}
