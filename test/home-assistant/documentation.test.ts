import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { loadConfig } from "../../src/config/load.js";
import { configLeaves } from "../../src/config/schema.js";
import { nodeTopics } from "../../src/contract/topics.js";
import { describeNode } from "../../src/home-assistant/discovery-payload.js";
import { makeTempFolder } from "../support/temp-folder.js";
import { files, pieces, readme, readPiece } from "./pieces.js";

const address = { base: "earshot", node: "kitchen" };

const entityIds = Object.values(
  describeNode({ address, version: "1", micMode: "adaptive", hasRecommender: true }).components,
).map((component) => String(Reflect.get(component, "default_entity_id")));

test("every piece of YAML in the documentation can be read", () => {
  assert.deepEqual(files, [
    "ask-on-the-phone.yaml",
    "blueprint.yaml",
    "dashboard-card.yaml",
    "play-the-best-hit.yaml",
  ]);
  for (const [where, text] of pieces) {
    const content: unknown = readPiece(text);
    assert.ok(typeof content === "object" && content !== null, where);
  }
  for (const file of files) assert.ok(readme.includes(`(${file})`), `${file} has its link`);
});

test("the documentation names entities and topics that a node has, and every one of them", () => {
  const topics = new Set(
    Object.values(nodeTopics(address)).flatMap((channel) =>
      "topic" in channel ? [channel.topic] : [],
    ),
  );
  for (const [where, text] of [...pieces, ["README.md", readme] as const]) {
    for (const [id] of text.matchAll(/\b[a-z_]+\.earshot_[a-z0-9_]+/gu)) {
      assert.ok(entityIds.includes(id), `${where}: ${id}`);
    }
    for (const [topic] of text.matchAll(/\bearshot\/kitchen\/[a-z/]+/gu)) {
      const isAsked = /\/recommend\/(?:request|reply)\/[a-z]+$/u.test(topic);
      assert.ok(isAsked || topics.has(topic), `${where}: ${topic}`);
    }
  }
  for (const id of entityIds) assert.ok(readme.includes(`\`${id}\``), `README.md: ${id}`);
});

test("the blueprint uses every input that it asks for, and no other", () => {
  const text = pieces.get("blueprint.yaml") ?? "";
  const { blueprint } = readPiece(text);
  const used = new Set([...text.matchAll(/!input (\w+)/gu)].map(([, name = ""]) => name));
  assert.deepEqual([...used].toSorted(), Object.keys(blueprint.input).toSorted());
});

test("automations have triggers and actions, and each trigger that is chosen by is there", () => {
  for (const file of ["ask-on-the-phone.yaml", "blueprint.yaml", "play-the-best-hit.yaml"]) {
    const text = pieces.get(file) ?? "";
    const { triggers, actions, mode } = readPiece(text);
    assert.ok(triggers.length > 0 && actions.length > 0 && typeof mode === "string", file);
    const ids = new Set(triggers.map((trigger: { id?: string }) => trigger.id));
    const chosen = [...text.matchAll(/condition: trigger\n\s+id: (\w+)/gu)].map(([, id]) => id);
    assert.deepEqual(
      chosen.filter((id) => !ids.has(id)),
      [],
      file,
    );
  }
});

test("the node's configuration in the documentation is one that a node accepts", async (t) => {
  const configuration = [...pieces.values()].find((text) => text.includes("broker:")) ?? "";
  const file = join(await makeTempFolder(t), "earshot.yaml");
  await writeFile(file, configuration);
  const { config } = loadConfig({ env: {}, flags: {}, configFile: file });
  assert.equal(config.broker.mode, "external");
  assert.equal(config.node.id, "kitchen");
  const keys = [...configLeaves().keys()].filter((key) => key.startsWith("homeAssistant."));
  for (const key of keys) assert.ok(readme.includes(`\`${key}\``), key);
});
