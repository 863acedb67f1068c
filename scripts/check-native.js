// Runs after `npm ci`: says at once, and in plain words, when the vector index was not compiled.
// npm 12 skips install scripts that package.json's "allowScripts" does not name and still exits 0;
// without this check the program would only die at run time.
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
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
