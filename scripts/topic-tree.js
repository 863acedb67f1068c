// Prints the retained topics of a live node as a tree, as MQTT Explorer shows them, and with --write
// puts it into docs/mqtt-explorer.md. Starts a node of its own on a free port for that.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import mqtt from "mqtt";
import { connect } from "../dist/src/client/client.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const doc = `${root}docs/mqtt-explorer.md`;
const longestValue = 90;
const expected = [
  "ask/state",
  "catalogue",
  "health",
  "info",
  "mic/state",
  "recommend/last",
  "status",
];

const dataDir = mkdtempSync(`${tmpdir()}/earshot-tree-`);
const node = spawn(process.execPath, [`${root}dist/src/main.js`, "start"], {
  env: {
    PATH: process.env.PATH,
    EARSHOT_DATA_DIR: dataDir,
    EARSHOT_NODE_ID: "kitchen",
    EARSHOT_BROKER_PORT: "0",
    EARSHOT_LOG_PRETTY: "false",
  },
  stdio: ["ignore", "ignore", "pipe"],
});
try {
  const url = `mqtt://127.0.0.1:${await findPort()}`;
  const topics = await readRetained(url);
  const text = draw(topics);
  if (process.argv.includes("--write")) write(text);
  else console.log(text);
} finally {
  node.kill();
  await once(node, "exit");
  rmSync(dataDir, { recursive: true, force: true });
}

async function findPort() {
  let log = "";
  return await new Promise((resolve, reject) => {
    node.stderr.on("data", (chunk) => {
      log += chunk;
      const [, port] = /"port":(\d+).*is online/u.exec(log) ?? [];
      if (port !== undefined) resolve(port);
    });
    node.once("exit", () => reject(new Error(log)));
  });
}

/** What a tool sees that connects now: after one question, so that there is a last reply. */
async function readRetained(url) {
  const client = await mqtt.connectAsync(url);
  const earshot = await connect({ client }, { node: "kitchen", clientId: "phone" });
  await earshot.recommend("Bohemian Rhapsody", { limit: 1 });
  const topics = new Map();
  const whole = new Promise((resolve) => {
    client.on("message", (topic, payload, { retain }) => {
      if (retain) topics.set(topic, payload.toString());
      if (expected.every((level) => topics.has(`earshot/kitchen/${level}`))) resolve();
    });
  });
  await client.subscribeAsync("earshot/#");
  await whole;
  await client.endAsync();
  return topics;
}

function draw(topics) {
  const tree = {};
  for (const [topic, value] of [...topics].toSorted(([a], [b]) => a.localeCompare(b, "en"))) {
    let branch = tree;
    const levels = topic.split("/");
    const name = levels.pop();
    for (const level of levels) branch = branch[level] ??= {};
    branch[name] = shorten(value);
  }
  return lines(tree, "").join("\n");
}

function lines(branch, indent) {
  return Object.entries(branch).flatMap(([name, value]) =>
    typeof value === "string"
      ? [`${indent}${name} = ${value}`]
      : [`${indent}▼ ${name}`, ...lines(value, `${indent}  `)],
  );
}

function shorten(value) {
  return value.length <= longestValue ? value : `${value.slice(0, longestValue)}…`;
}

function write(text) {
  const before = readFileSync(doc, "utf8");
  writeFileSync(
    doc,
    before.replace(/```text\n[^`]*```/u, () => `\`\`\`text\n${text}\n\`\`\``),
  );
}
