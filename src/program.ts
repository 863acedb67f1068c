import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds package.json, config/ and data/: two levels above dist/src. */
export const programRoot = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** The version of this program, as in package.json. */
export const programVersion = readVersion();

function readVersion(): string {
  const text = readFileSync(join(programRoot, "package.json"), "utf8");
  const manifest: unknown = JSON.parse(text);
  if (typeof manifest === "object" && manifest !== null && "version" in manifest) {
    return String(manifest.version);
  }
  return "0.0.0";
}
