import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { programRoot } from "../../src/program.js";
import { connectTestClient } from "../support/mqtt-client.js";
import { startNodeHere } from "../support/node-here.js";

type Topics = ReadonlyMap<string, string>;

/** What the script draws with. */
const scriptSchema = z.object({
  readRetained: z.custom<(port: number) => Promise<Topics>>((value) => typeof value === "function"),
  drawTree: z.custom<(topics: Topics) => string>((value) => typeof value === "function"),
});

const ears = { EARSHOT_NODE_ID: "kitchen", EARSHOT_MIC_ENABLED: "true" };

/** As the script does it for a node of its own. */
function hideMicrophones(t: TestContext): void {
  const before = process.env["ALSA_CONFIG_PATH"];
  process.env["ALSA_CONFIG_PATH"] = "/dev/null";
  t.after(() => {
    if (before === undefined) delete process.env["ALSA_CONFIG_PATH"];
    else process.env["ALSA_CONFIG_PATH"] = before;
  });
}

/** The tree as it stands in the documentation. */
function documentedTree(): string {
  const text = readFileSync(join(programRoot, "docs", "mqtt-explorer.md"), "utf8");
  return /```text\n([^`]*)```/u.exec(text)?.[1] ?? "";
}

/** The topics of the tree in docs/mqtt-explorer.md: two spaces a level, values after the equals sign. */
function documentedTopics(): readonly string[] {
  const path: string[] = [];
  const topics: string[] = [];
  for (const line of documentedTree().trimEnd().split("\n")) {
    const [, indent = "", mark, name = ""] = /^( *)(▼ )?([^ ]+)/u.exec(line) ?? [];
    path.splice(indent.length / 2, Infinity, name);
    if (mark === undefined) topics.push(path.join("/"));
  }
  return topics;
}

test("a tool that connects later sees the whole node: the documented topics, as text, numbers bare or flat", async (t) => {
  const node = await startNodeHere(t, ears);
  const asker = await connectTestClient(t, node.port);
  await asker.subscribe("earshot/kitchen/recommend/last");
  await asker.subscribe("earshot/kitchen/mic/state");
  await asker.publish("earshot/kitchen/recommend/request/me", "Bohemian Rhapsody");
  await asker.next(({ topic }) => topic.endsWith("/last"));
  await asker.next(({ topic }) => topic.endsWith("/mic/state"));

  const tool = await connectTestClient(t, node.port);
  // The broker sends what is retained in the order in which it was published.
  await asker.publish("end", "of all", { retain: true });
  await tool.subscribe("#");
  await tool.next(({ topic }) => topic === "end");
  const retained = new Map(
    tool.seen.flatMap(({ retain, topic, text }) => (retain ? [[topic, text]] : [])),
  );
  assert.deepEqual([...retained.keys()].toSorted(), documentedTopics().toSorted());
  for (const [topic, text] of retained) {
    assert.doesNotMatch(text, /[\p{Cc}\u{FFFD}]/u, topic);
    assert.doesNotThrow(() => {
      if (text.startsWith("{")) JSON.parse(text);
    }, topic);
  }
  assert.match(retained.get("earshot/kitchen/mic/threshold") ?? "", /^-?\d+(?:\.\d)?$/u);
  const health: unknown = JSON.parse(retained.get("earshot/kitchen/health") ?? "null");
  const values = Object.values(health ?? {});
  assert.ok(values.length > 5 && values.every((value) => typeof value === "number"));
});

test("the tree in the documentation is what the script draws of a live node (else: node scripts/topic-tree.js --write)", async (t) => {
  hideMicrophones(t);
  const { port } = await startNodeHere(t, ears);
  const script = pathToFileURL(join(programRoot, "scripts", "topic-tree.js")).href;
  const { readRetained, drawTree } = scriptSchema.parse({ ...(await import(script)) });
  assert.equal(documentedTree(), `${drawTree(await readRetained(port))}\n`);
});
