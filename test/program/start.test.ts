import assert from "node:assert/strict";
import { once } from "node:events";
import { access, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { replySchema } from "../../src/contract/reply.js";
import { catalogueSchema, healthSchema, infoSchema } from "../../src/contract/state.js";
import { connectTestClient } from "../support/mqtt-client.js";
import { runHere } from "../support/command-here.js";
import { runHereAlone, startNodeHere } from "../support/node-here.js";
import { startNode } from "../support/node-process.js";
import { makeTempFolder } from "../support/temp-folder.js";

test("a fresh node answers a bare title and a JSON request over MQTT 3.1.1, and says goodbye; its next start finds the catalogue", async (t) => {
  const node = await startNode(t, { EARSHOT_DATA_DIR: await makeTempFolder(t) });
  const client = await connectTestClient(t, node.port, { protocolVersion: 4 });
  await client.subscribe("earshot/test/recommend/reply/phone");
  await client.subscribe("earshot/test/status");
  assert.equal((await client.next(({ topic }) => topic.endsWith("status"))).text, "online");

  await client.publish("earshot/test/recommend/request/phone", "bohemian rhapsody");
  const bare = replySchema.parse(JSON.parse((await client.next(() => true)).text));
  assert.ok(bare.status === "ok");
  assert.equal(bare.match.title, "Bohemian Rhapsody");
  assert.equal(bare.match.artist, "Queen");
  assert.equal(bare.match.year, 1975);
  assert.equal(bare.match.kind, "exact");
  assert.equal(bare.results.length, 10);
  assert.deepEqual(
    bare.results.map(({ rank }) => rank),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  );
  const distances = bare.results.map(({ distance }) => distance);
  assert.deepEqual(
    distances,
    distances.toSorted((a, b) => a - b),
  );
  assert.ok(bare.results.every(({ id }) => id !== bare.match.id));

  const request = { title: "Hello", artist: "Adele", limit: 3, id: "abc" };
  await client.publish("earshot/test/recommend/request/phone", JSON.stringify(request));
  const json = replySchema.parse(JSON.parse((await client.next(() => true)).text));
  assert.ok(json.status === "ok" && json.id === "abc");
  assert.equal(json.match.artist, "Adele");
  assert.equal(json.results.length, 3);

  node.child.kill("SIGTERM");
  assert.equal((await client.next(({ topic }) => topic.endsWith("status"))).text, "offline");
  assert.equal(await node.ended(), 0);
  await assert.rejects(access(join(node.dataDir, "node.json")), "its note is gone");
  const next = await startNodeHere(t, { EARSHOT_DATA_DIR: node.dataDir });
  const built = (log: readonly string[]): boolean => log.some((line) => line.includes("built"));
  assert.deepEqual([built(node.log), built(next.log)], [true, false]);
});

test("a newly connected tool sees the whole node in retained topics", async (t) => {
  const node = await startNodeHere(t);
  const client = await connectTestClient(t, node.port);
  await client.subscribe("earshot/test/#");
  const read = async (topic: string): Promise<unknown> => {
    const message = await client.next((seen) => seen.topic === topic);
    assert.ok(message.retain, `${topic} is retained`);
    return JSON.parse(message.text);
  };
  const info = infoSchema.parse(await read("earshot/test/info"));
  assert.equal(info.node, "test");
  assert.deepEqual(info.roles, ["broker", "recommender"]);
  assert.deepEqual(info.broker, {
    kind: "embedded",
    host: "127.0.0.1",
    port: node.port,
    mqtt_version: 5,
  });
  assert.match(info.catalogue?.note ?? "", /editorial estimates/u);
  const health = healthSchema.parse(await read("earshot/test/health"));
  assert.ok((health["rss_mb"] ?? 0) > 10);
  assert.ok((health["songs"] ?? 0) >= 600);
  const catalogue = catalogueSchema.parse(await read("earshot/test/catalogue"));
  assert.equal(catalogue.name, "starter");
  assert.ok(catalogue.features.includes("tempo"));
});

test("a node is healthy and keeps its data folder from a second one; an uncaught fault is logged, says offline, and ends it with an exit code for the supervisor", async (t) => {
  const folder = await makeTempFolder(t);
  const saboteur = join(folder, "saboteur.mjs");
  // Thrown in the middle of what the program does at a signal.
  const sabotage = `
const { abort } = AbortController.prototype;
process.on("SIGUSR2", () => {
  AbortController.prototype.abort = () => {
    AbortController.prototype.abort = abort;
    throw new Error("sabotage");
  };
  process.emit("SIGTERM", "SIGTERM");
});`;
  await writeFile(saboteur, sabotage);
  const node = await startNode(t, { NODE_OPTIONS: `--import ${saboteur}` });
  const up = await runHere(["healthcheck"], node.env);
  assert.equal(up.code, 0, up.stderr);
  assert.match(up.stdout, /^node test at 127\.0\.0\.1:\d+ is online\n$/u);
  const second = await runHereAlone(t, ["start", "--broker.port", "0"], {
    EARSHOT_DATA_DIR: node.dataDir,
    EARSHOT_LOG_LEVEL: "silent",
  });
  assert.equal(second.code, 1);
  const lastLine = second.stderr.trim().split("\n").at(-1) ?? "";
  assert.match(lastLine, new RegExp(`another node runs on .*test, broker .*:${node.port}`, "u"));
  assert.match(lastLine, /--data\.dir FOLDER/u);
  // The first goes on.
  const client = await connectTestClient(t, node.port);
  await client.subscribe("earshot/test/status");
  assert.equal((await client.next(() => true)).text, "online");
  node.child.kill("SIGUSR2");
  await client.next(({ text }) => text === "offline");
  assert.equal(await node.ended(), 1);
  const logged = node.log.find((line) => line.includes("sabotage")) ?? "";
  assert.match(logged, /handleSignal \(\S+\/src\/main\.[jt]s:/u, "the trace names the module");
  assert.equal((await runHere(["healthcheck"], node.env)).code, 1, "nothing answers any more");
});

test("a taken port ends the start with the program that holds it and two ways out", async (t) => {
  const holder = createServer().listen(0, "127.0.0.1");
  t.after(() => holder.close());
  await once(holder, "listening");
  const address = holder.address();
  assert.ok(typeof address === "object" && address !== null);
  const { code, stderr } = await runHereAlone(t, ["start"], {
    EARSHOT_BROKER_PORT: String(address.port),
    EARSHOT_LOG_LEVEL: "silent",
  });
  assert.equal(code, 1);
  const lastLine = stderr.trim().split("\n").at(-1) ?? "";
  assert.match(
    lastLine,
    new RegExp(`port ${address.port} is already taken by .*process ${process.pid}`, "u"),
  );
  assert.match(lastLine, /broker\.mode: external/u);
});

test("wrong configuration ends the start with exit code 2, naming key, value and source", async (t) => {
  const { code, stderr } = await runHereAlone(t, ["start", "--broker.port", "99999"]);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /broker\.port: expected a whole number from 0 to 65535, got "99999" \(from --broker\.port\)/u,
  );
});

test("an open door and half a configuration stop the start", async (t) => {
  const cases: readonly (readonly [NodeJS.ProcessEnv, RegExp])[] = [
    [{ EARSHOT_BROKER_HOST: "0.0.0.0" }, /broker\.host: .*earshot user add/u],
    [{ EARSHOT_BROKER_MODE: "external" }, /mqtt\.url/u],
  ];
  for (const [env, expected] of cases) {
    const { code, stderr } = await runHereAlone(t, ["start"], {
      EARSHOT_LOG_LEVEL: "silent",
      ...env,
    });
    assert.equal(code, 2, stderr);
    assert.match(stderr, expected);
  }
});

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === "::1");

test("the start line names an IPv6 address as a URL does, and a second signal ends the node at once", async (t) => {
  const host = hasIpv6 ? "::1" : "127.0.0.1";
  const node = await startNode(t, { EARSHOT_BROKER_HOST: host });
  const startLine = node.log.find((line) => line.includes("is online")) ?? "";
  const shown = hasIpv6 ? "[::1]" : host;
  assert.ok(startLine.includes(`broker mqtt://${shown}:${node.port} as`), startLine);
  // Stopped in the middle of stopping: the process cannot finish between the two signals.
  node.child.kill("SIGSTOP");
  node.child.kill("SIGTERM");
  node.child.kill("SIGINT");
  node.child.kill("SIGCONT");
  const end = await node.ended();
  assert.ok(end === 130 || end === 143, `ended with ${end}`);
});
