import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { healthSchema } from "../../src/contract/state.js";
import { programRoot } from "../../src/program.js";
import { connectTestClient } from "../support/mqtt-client.js";
import { startNodeHere } from "../support/node-here.js";

test("every number of a live node's health has a row in docs/mqtt.md, and every row its number", async (t) => {
  const node = await startNodeHere(t, {
    EARSHOT_MIC_ENABLED: "true",
    EARSHOT_MIC_DEVICE: "hw:CARD=none",
    // Nobody is there; its numbers are.
    EARSHOT_BRIDGE_URL: "mqtt://127.0.0.1:1",
  });
  const client = await connectTestClient(t, node.port);
  await client.subscribe("earshot/test/health");
  const health = healthSchema.parse(JSON.parse((await client.next(() => true)).text));
  const text = await readFile(join(programRoot, "docs", "mqtt.md"), "utf8");
  const [, section = ""] = text.split("### `<n>/health`\n");
  const [table = ""] = section.split("\n### ");
  const names = [...table.matchAll(/^\| (`.*?) \|/gmu)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`(\w+)`/gu)].map(([, name = ""]) => name),
  );
  assert.deepEqual(Object.keys(health).toSorted(), names.toSorted());
});
