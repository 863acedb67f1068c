import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { createAsyncApi } from "../../src/asyncapi/document.js";
import { generateFiles } from "../../src/asyncapi/files.js";
import { programRoot } from "../../src/program.js";

const docs = join(programRoot, "docs");

test("the AsyncAPI document and the JSON Schemas are those of the code (else: node scripts/asyncapi.js)", () => {
  const generated = generateFiles();
  for (const [path, text] of generated) assert.equal(readFileSync(join(docs, path), "utf8"), text);
  const names = readdirSync(join(docs, "schemas")).map((name) => `schemas/${name}`);
  assert.deepEqual(
    names.filter((name) => !generated.has(name)),
    [],
  );
});

test("every reference inside the document leads somewhere, and every channel has a sentence", () => {
  const document = createAsyncApi();
  const text = JSON.stringify(document);
  for (const [, path = ""] of text.matchAll(/"\$ref":"#\/([^"]+)"/gu)) {
    let value: unknown = document;
    for (const key of path.split("/")) value = Reflect.get(Object(value), key);
    assert.equal(typeof value, "object", path);
  }
  assert.doesNotMatch(text, /"description":""/u);
});

test("AsyncAPI's own parser finds nothing wrong with the document", async (t) => {
  const folder = process.env["EARSHOT_ASYNCAPI_PARSER"];
  if (folder === undefined) {
    t.skip("EARSHOT_ASYNCAPI_PARSER names no folder with @asyncapi/parser (see .ci/run)");
    return;
  }
  const require = createRequire(join(folder, "package.json"));
  const { Parser } = require("@asyncapi/parser");
  const { diagnostics } = await new Parser().parse(
    readFileSync(join(docs, "asyncapi.yaml"), "utf8"),
  );
  // 0 is an error, 1 a warning; 2 only says that AsyncAPI has a newer version.
  const faults = diagnostics.filter(({ severity }: { severity: number }) => severity < 2);
  assert.deepEqual(faults, []);
});
