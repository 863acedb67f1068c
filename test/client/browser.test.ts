import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { programRoot } from "../../src/program.js";

const entry = join(programRoot, "dist", "src", "client", "client.js");

test("nothing of Node's own is reachable from earshot/client", () => {
  const packages = new Set<string>();
  const files = new Set([entry]);
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    for (const [, name = ""] of text.matchAll(/(?:from|import)\s*\(?"([^"]+)"/gu)) {
      if (name.startsWith(".")) files.add(join(dirname(file), name));
      else packages.add(name);
    }
    assert.doesNotMatch(text, /\bBuffer\.from\b|\bprocess\.(?:env|nextTick|hrtime)\b/u, file);
  }
  assert.deepEqual([...packages].toSorted(), ["mqtt", "zod"]);
});
