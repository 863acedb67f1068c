// Runs after `npm ci`: says at once, and in plain words, when the vector index was not compiled, and
// builds dist/ where there is a compiler to build it with.
// npm 12 skips install scripts that package.json's "allowScripts" does not name and still exits 0;
// without this check the program would only die at run time.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL("..", import.meta.url));

checkNativeParts();
if (existsSync(`${root}node_modules/.bin/tsc`)) build();
else if (existsSync(`${root}dist/src/main.js`)) {
  console.log("TypeScript is not installed, so dist/ stays as it was built before.");
} else {
  console.error(
    "There is no dist/, and no TypeScript to build it with: run npm ci once without --omit=dev " +
      "(and without NODE_ENV=production), then npm prune --omit=dev --ignore-scripts.",
  );
  process.exitCode = 1;
}

function checkNativeParts() {
  try {
    require("hnswlib-node");
    require("libsql");
  } catch (error) {
    console.error(`
A native part of Earshot could not be loaded, so this installation would not run:
  ${String(error.message).split("\n")[0]}
What to do:
  1. sudo apt-get install -y build-essential python3   (the vector index is compiled on this machine)
  2. npm rebuild hnswlib-node                          (with npm 11 or 12: npm ci, without --ignore-scripts)
`);
    process.exit(1);
  }
}

function build() {
  const { status } = spawnSync("npm", ["run", "build"], { cwd: root, stdio: "inherit" });
  process.exitCode = status ?? 1;
}
