// Prints the topics of a live node as a tree, as MQTT Explorer shows them; with --write it puts the
// tree into docs/mqtt-explorer.md: `npm run build && node scripts/topic-tree.js --write`. It starts a
// node of its own on a free port, asks it once and sees what a tool sees that connects afterwards.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import mqtt from "mqtt";

const root = fileURLToPath(new URL("..", import.meta.url));
const doc = join(root, "docs", "mqtt-explorer.md");
const longestValue = 84;
/** What the values of a node that has just started are; all else would differ at each run. */
const settled = {
  sha256: "…",
  instance: "…",
  id: "…",
  time_s: 1795456510,
  uptime_s: 2,
  rss_mb: 104.3,
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { values } = parseArgs({ options: { write: { type: "boolean" } } });
  const text = drawTree(await readLiveNode());
  if (values.write) {
    const before = readFileSync(doc, "utf8");
    writeFileSync(
      doc,
      before.replace(/```text\n[^`]*```/u, () => `\`\`\`text\n${text}\n\`\`\``),
    );
  } else console.log(text);
}

/** Starts a node and gives all that is retained on its broker, topic → value. */
async function readLiveNode() {
  const dataDir = mkdtempSync(join(tmpdir(), "earshot-tree-"));
  const env = {
    PATH: process.env.PATH,
    EARSHOT_DATA_DIR: dataDir,
    EARSHOT_NODE_ID: "kitchen",
    EARSHOT_BROKER_PORT: "0",
    EARSHOT_LOG_PRETTY: "false",
    // Without a microphone, whatever this machine has.
    ALSA_CONFIG_PATH: "/dev/null",
  };
  const node = spawn(process.execPath, [join(root, "dist", "src", "main.js"), "start"], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = once(node, "exit");
  try {
    return await readRetained(await waitForPort(node));
  } finally {
    node.kill();
    await ended;
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function waitForPort(node) {
  const log = [];
  for await (const line of createInterface({ input: node.stderr })) {
    log.push(line);
    const { msg, broker } = line.startsWith("{") ? JSON.parse(line) : {};
    if (msg?.includes("is online") !== true) continue;
    // Read on, or the node would wait for somebody to do so.
    node.stderr.resume();
    return broker.port;
  }
  throw new Error(`the node did not start:\n${log.join("\n")}`);
}

/** Asks the node of a broker once and gives what is retained there afterwards, topic → value. */
export async function readRetained(port) {
  const asker = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5 });
  const replied = once(asker, "message");
  await asker.subscribeAsync("earshot/kitchen/recommend/last");
  await asker.publishAsync("earshot/kitchen/recommend/request/me", "Bohemian Rhapsody", { qos: 1 });
  await replied;
  const tool = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5 });
  // The broker sends what is retained in the order in which it was published.
  await asker.publishAsync("end", "of all", { qos: 1, retain: true });
  const topics = new Map();
  const whole = new Promise((resolve) => {
    tool.on("message", (topic, payload) => {
      if (topic === "end") resolve();
      else topics.set(topic, payload.toString());
    });
  });
  await tool.subscribeAsync("#");
  await whole;
  await Promise.all([asker.endAsync(), tool.endAsync()]);
  return topics;
}

/** Draws topics as a tree, one line each, long values cut. */
export function drawTree(topics) {
  const tree = new Map();
  for (const [topic, value] of [...topics].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    let branch = tree;
    for (const level of topic.split("/").slice(0, -1)) {
      if (!branch.has(level)) branch.set(level, new Map());
      branch = branch.get(level);
    }
    branch.set(topic.split("/").at(-1), value);
  }
  return drawBranch(tree, "").join("\n");
}

function drawBranch(branch, indent) {
  return [...branch].flatMap(([name, value]) =>
    typeof value === "string"
      ? [`${indent}${name} = ${shorten(settle(value))}`]
      : [`${indent}▼ ${name}`, ...drawBranch(value, `${indent}  `)],
  );
}

function settle(value) {
  if (!value.startsWith("{")) return value;
  return JSON.stringify(JSON.parse(value), (key, inner) => settled[key] ?? inner);
}

function shorten(value) {
  return value.length <= longestValue ? value : `${value.slice(0, longestValue)}…`;
}
