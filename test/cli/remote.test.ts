import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createAllowAll } from "../../src/broker/guard/allow-all.js";
import { createEmbeddedBroker } from "../../src/broker/embedded.js";
import { connectToNode, type Remote } from "../../src/cli/remote.js";
import type { FoundNode } from "../../src/mdns/find-nodes.js";
import { loadConfig } from "../../src/config/load.js";
import { recordLog } from "../support/logs.js";
import { makeTempFolder } from "../support/temp-folder.js";

interface Place {
  /** Who has set `broker.port`. */
  readonly source: "default" | "--broker.port";
  readonly port: number;
  /** The broker that the note in the data folder names. */
  readonly noted?: { readonly host: string; readonly port: number; readonly url?: string };
  /** What the network answers; without it nobody asks it. */
  readonly found?: readonly FoundNode[];
  readonly env?: NodeJS.ProcessEnv;
}

async function connect(
  t: TestContext,
  { source, port, noted, found, ...more }: Place,
): Promise<Remote> {
  const dir = await makeTempFolder(t);
  const note = { base: "noted", node: "other", broker: noted };
  if (noted !== undefined) await writeFile(join(dir, "node.json"), JSON.stringify(note));
  const env = more.env ?? { EARSHOT_NODE_ID: "mine" };
  const configFile = join(dir, "empty.yaml");
  await writeFile(configFile, "");
  const { config, sources, file } = loadConfig({
    env: { EARSHOT_DATA_DIR: dir, ...env },
    flags: {},
    configFile,
  });
  const loaded = {
    config: { ...config, broker: { ...config.broker, port } },
    sources: new Map([...sources, ["broker.port", source]]),
    file,
  };
  const find = found === undefined ? undefined : () => Promise.resolve(found);
  const remote = await connectToNode(loaded, { onMessage: () => {} }, find);
  t.after(() => remote.connection.end());
  return remote;
}

async function startBroker(t: TestContext): Promise<number> {
  const broker = createEmbeddedBroker({ host: "127.0.0.1", port: 0, log: recordLog() });
  t.after(() => broker.stop());
  await broker.start();
  return broker.address()?.port ?? 0;
}

/** Ports on which nothing listens: 1 is tcpmux, 2 is compressnet. */
const [deaf, alsoDeaf] = [1, 2];

test("a node's note wins over the default address, and what somebody has set over the note", async (t) => {
  const port = await startBroker(t);
  const here = { host: "127.0.0.1", port };
  const gone = { host: "127.0.0.1", port: deaf };
  const noted = await connect(t, { source: "default", port: deaf, noted: here });
  assert.deepEqual([noted.base, noted.node], ["noted", "other"]);
  const set = await connect(t, { source: "--broker.port", port, noted: gone });
  assert.deepEqual([set.base, set.node], ["earshot", "mine"]);
  const failing = connect(t, { source: "--broker.port", port: deaf, noted: here });
  await assert.rejects(failing, /no node can be reached at 127\.0\.0\.1:1 \([^)]*\); start/u);
});

test("a note that a killed node has left behind is followed by the default address", async (t) => {
  const port = await startBroker(t);
  const noted = { host: "127.0.0.1", port: deaf };
  assert.equal((await connect(t, { source: "default", port, noted })).node, "mine");
  await assert.rejects(
    connect(t, { source: "default", port: alsoDeaf, noted }),
    /at 127\.0\.0\.1:1 \(.*\), nor at 127\.0\.0\.1:2 \(.*\); start one/u,
  );
});

test("the note of a node on an external broker is followed by its URL", async (t) => {
  const port = await startBroker(t);
  const noted = { host: "127.0.0.1", port: deaf, url: `mqtt://127.0.0.1:${port}` };
  assert.equal(
    (await connect(t, { source: "default", port: deaf, noted })).where,
    `127.0.0.1:${port}`,
  );
});

test("port 0 is no address: without a note it is said, and nobody is asked", async (t) => {
  const failing = connect(t, { source: "--broker.port", port: 0 });
  await assert.rejects(failing, /broker\.port is 0, .*earshot start/u);
});

test("what the network answers comes last, and only when nobody has said where the broker is", async (t) => {
  const port = await startBroker(t);
  const found = [{ base: "home", node: "kitchen", host: "127.0.0.1", port }];
  const env = {};
  const far = await connect(t, { source: "default", port: deaf, found, env });
  assert.deepEqual([far.base, far.node, far.where], ["home", "kitchen", `127.0.0.1:${port}`]);
  const near = await connect(t, { source: "default", port, found: [], env });
  assert.equal(near.base, "earshot");
  await assert.rejects(
    connect(t, { source: "--broker.port", port: deaf, found, env }),
    /no node can be reached at 127\.0\.0\.1:1 /u,
  );
});

test("of several nodes on the network the configured name is taken, else they are listed", async (t) => {
  const port = await startBroker(t);
  const kitchen = { base: "earshot", node: "kitchen", host: "127.0.0.1", port };
  const found = [{ ...kitchen, node: "study", port: alsoDeaf }, kitchen];
  await assert.rejects(
    connect(t, { source: "default", port: deaf, found, env: {} }),
    /several nodes on the network: study at 127\.0\.0\.1:2, kitchen at 127\.0\.0\.1:\d+; name one: --node\.id/u,
  );
  const env = { EARSHOT_NODE_ID: "kitchen" };
  const remote = await connect(t, { source: "default", port: deaf, found, env });
  assert.equal(remote.node, "kitchen");
});

test("a password goes to a broker that the network has named only where mDNS is switched on", async (t) => {
  const seen: (string | undefined)[] = [];
  const broker = createEmbeddedBroker({
    host: "127.0.0.1",
    port: 0,
    log: recordLog(),
    access: {
      ...createAllowAll(),
      authenticate({ username }) {
        seen.push(username);
        return Promise.resolve({ name: "" });
      },
    },
  });
  t.after(() => broker.stop());
  await broker.start();
  const port = broker.address()?.port ?? 0;
  const found = [{ base: "earshot", node: "kitchen", host: "127.0.0.1", port }];
  const env = { EARSHOT_MQTT_USERNAME: "anna", EARSHOT_MQTT_PASSWORD: "secret" };
  await connect(t, { source: "default", port: deaf, found, env });
  await connect(t, {
    source: "default",
    port: deaf,
    found,
    env: { ...env, EARSHOT_MDNS_ENABLED: "true" },
  });
  assert.deepEqual(seen, [undefined, "anna"]);
});
