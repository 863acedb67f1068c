// Writes docs/asyncapi.yaml and docs/schemas/ anew; run it, after a build, when a topic or a payload
// of the contract has changed. A test fails until it has been run.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { generateFiles } from "../dist/src/asyncapi/files.js";

const docs = fileURLToPath(new URL("../docs/", import.meta.url));
rmSync(`${docs}schemas`, { recursive: true, force: true });
mkdirSync(`${docs}schemas`);
for (const [path, text] of generateFiles()) writeFileSync(docs + path, text);
