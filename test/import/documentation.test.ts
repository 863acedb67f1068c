import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { featureNames, songFieldNames, songFields } from "../../src/import/columns/fields.js";
import { programRoot } from "../../src/program.js";
import { knownFeatures } from "../../src/sound/features.js";

const guide = readFileSync(join(programRoot, "docs", "catalogues.md"), "utf8");

function tableIn(marker: string): string {
  const pattern = new RegExp(
    `<!-- ${marker}:[^\n]*-->\n(?:\\|.*\n){2}([^]*?)<!-- /${marker} -->`,
    "u",
  );
  return pattern.exec(guide)?.[1] ?? "";
}

const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");

test("The guide lists the names by which columns are recognised, as the program has them", () => {
  const rows = songFields.map((field) => `| ${field} | ${code(songFieldNames[field])} |\n`);
  assert.equal(tableIn("fields"), rows.join(""));
});

test("The guide lists every feature with its range, weight and names, as the program has them", () => {
  const rows = knownFeatures.map(({ name, unit, least, most, weight }) => {
    const names = (featureNames[name] ?? [name]).filter((other) => other !== name);
    const range = unit === "0..1" ? "0 to 1" : `${least} to ${most} (${unit})`;
    return `| \`${name}\` | ${range} | ${weight} | ${code(names)} |\n`;
  });
  assert.equal(tableIn("features"), rows.join(""));
});
