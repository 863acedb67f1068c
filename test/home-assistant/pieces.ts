import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { programRoot } from "../../src/program.js";

const folder = join(programRoot, "docs", "home-assistant");

export const readme = readFileSync(join(folder, "README.md"), "utf8");

export const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));

/** Every piece of YAML that a person may paste, by where it stands. */
export const pieces: ReadonlyMap<string, string> = new Map([
  ...files.map((file) => [file, readFileSync(join(folder, file), "utf8")] as const),
  ...[...readme.matchAll(/^ *```yaml\n(.*?)^ *```/gmsu)].map(
    ([, text = ""], index) => [`README.md, block ${index + 1}`, text] as const,
  ),
]);

/** Home Assistant's own tag, which stands for what is filled in by hand. */
const customTags = [{ tag: "!input", resolve: (name: string) => `input ${name}` }];

/** Reads a piece as Home Assistant does. */
export function readPiece(text: string) {
  return parse(text, { customTags, uniqueKeys: true, strict: true });
}

/** Every template in them. */
export function findSources(): readonly string[] {
  return [...pieces.values()].flatMap((text) => findTemplates(readPiece(text)));
}

function findTemplates(content: unknown): readonly string[] {
  if (typeof content === "string") return /\{[{%]/u.test(content) ? [content] : [];
  if (typeof content !== "object" || content === null) return [];
  return Object.values(content).flatMap(findTemplates);
}
