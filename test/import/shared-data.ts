import { existsSync } from "node:fs";
import { join } from "node:path";
import { programRoot } from "../../src/program.js";

/** Real song files of third parties, which are no part of the project. */
const folder = process.env["EARSHOT_SHARED_DATA"] ?? join(programRoot, "..", "shared", "data");

/** The path of one of them, and whether it is there. */
export function sharedFile(name: string): { readonly path: string; readonly skip: boolean } {
  const path = join(folder, name);
  return { path, skip: !existsSync(path) };
}
