import { stringify } from "yaml";
import { createAsyncApi, jsonSchemas } from "./document.js";

const note =
  "# Written by scripts/asyncapi.js out of the schemas that validate at run time: do not edit.\n";

/** Every generated file by its path below docs/: the AsyncAPI document, and a JSON Schema each. */
export function generateFiles(): ReadonlyMap<string, string> {
  const document = stringify(createAsyncApi(), { lineWidth: 100, aliasDuplicateObjects: false });
  const schemas = Object.entries(jsonSchemas()).map(([name, schema]) => {
    const file = { $schema: "http://json-schema.org/draft-07/schema#", title: name, ...schema };
    return [`schemas/${kebab(name)}.json`, `${JSON.stringify(file, undefined, 2)}\n`] as const;
  });
  return new Map([["asyncapi.yaml", note + document], ...schemas]);
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`);
}
