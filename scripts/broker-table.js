// Writes docs/broker-specification.md out of the titles of the guard's tests, and only of those that
// pass: `npm run build && node scripts/broker-table.js`.
import { spawnSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "dist", "test", "broker", "guard");
const files = readdirSync(folder)
  .filter((file) => file.endsWith(".test.js"))
  .map((file) => join(folder, file));
const { stdout } = spawnSync(process.execPath, ["--test", "--test-reporter=tap", ...files], {
  encoding: "utf8",
  maxBuffer: 64e6,
});
const passed = [...stdout.matchAll(/^ *ok \d+ - (.*)$/gmu)]
  .map(([, title = ""]) => title.replaceAll("\\#", "#"))
  .filter((title) => !title.endsWith(".js") && !/ # (?:SKIP|TODO)/u.test(title));
if (passed.length === 0) throw new Error(`no test passed:\n${stdout}`);

const rows = [];
const rules = new Set();
for (const title of passed) {
  const row = /^(.*) \[([^\]]+)\]: bare Aedes (.*), the guard (.*)$/u.exec(title);
  if (row === null) rules.add(title.replace(/ \(Aedes [^)]+\)$/u, ""));
  else rows.push(row.slice(1).map((cell) => cell.replaceAll("|", "\\|")));
}
const document = `# What the broker's guard does, clause by clause

Made from the titles of the tests in \`test/broker/guard\` by \`scripts/broker-table.js\`; do not edit. Clauses are those
of MQTT 5 unless they say 3.1.1. "Bare Aedes" is 2.0.0-beta.1 as it comes: what it does with a packet is asserted by the same
tests, save where it dies, which ends the process that tries it. To an MQTT 5 client the guard names its reason in CONNACK or
DISCONNECT before it closes; to an older one it closes, as the specification demands. What concerns MQTT 3.1 and 3.1.1 is
tested on Aedes 1.2.0 too. What kills the bare broker was seen by hand: docs/decisions/2026-11-23-aedes-2-beta.md.

## Packets that the specification forbids

| Packet | Clause | Bare Aedes | The guard |
| --- | --- | --- | --- |
${rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}

## Rules beyond single packets

${[...rules].map((title) => `- ${title[0]?.toUpperCase()}${title.slice(1)}.`).join("\n")}
`;
writeFileSync(join(root, "docs", "broker-specification.md"), document);
console.log(`${rows.length} packets, ${rules.size} rules`);
