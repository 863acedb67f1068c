import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { configLeaves } from "../../src/config/schema.js";
import { programRoot } from "../../src/program.js";

/** Keys whose default depends on the machine, so that the example shows another value. */
const examples = new Map<string, unknown>([
  ["node.id", "kitchen"],
  ["data.dir", "/var/lib/earshot"],
]);

const text = readFileSync(join(programRoot, "config", "earshot.yaml"), "utf8");

/** The file with every example line made active: `#port: 1883` is a key, `# words` are not. */
function activeExample(): unknown {
  return parse(text.replaceAll(/^( *)#(\w+:)/gmu, "$1$2"));
}

function valueAt(root: unknown, key: string): unknown {
  return key
    .split(".")
    .reduce<unknown>(
      (value, name) =>
        typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined,
      root,
    );
}

test("config/earshot.yaml documents every key of the schema with its default", () => {
  const example = activeExample();
  for (const [key, leaf] of configLeaves()) {
    const expected = examples.get(key) ?? leaf.default;
    const shown = valueAt(example, key);
    assert.deepEqual(shown, expected, key);
  }
});

test("config/earshot.yaml documents nothing that the schema does not have", () => {
  const known = new Set(configLeaves().keys());
  const check = (branch: unknown, prefix: string): void => {
    if (known.has(prefix)) return;
    assert.ok(typeof branch === "object" && branch !== null, `${prefix} is not in the schema`);
    for (const [name, value] of Object.entries(branch)) {
      check(value, prefix === "" ? name : `${prefix}.${name}`);
    }
  };
  check(activeExample(), "");
});

test("as it is shipped, config/earshot.yaml sets nothing", () => {
  const shipped: unknown = parse(text);
  for (const key of configLeaves().keys()) {
    assert.ok(valueAt(shipped, key) === undefined || valueAt(shipped, key) === null, key);
  }
});
