// Runs benchmarks, each in a process of its own: `npm run bench`, or `npm run bench -- query titles`.
// Standard output is one JSON line a figure; everything else goes to standard error.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(here, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".bench.js"))
  .filter((file) => wanted.length === 0 || wanted.some((word) => file.includes(word)))
  .toSorted();

if (files.length === 0) {
  process.stderr.write(`no benchmark has ${wanted.join(" or ")} in its name\n`);
  process.exitCode = 2;
}
for (const file of files) {
  process.stderr.write(`== ${file}\n`);
  const { status } = spawnSync(process.execPath, [join(here, file)], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
