import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "../storage/durable-files.js";
import { type CatalogueId, formatId, parseId } from "./folders.js";

/** The catalogue that the file `current` names; `undefined` when there is none or it is unreadable. */
export async function readCurrent(dataDir: string): Promise<CatalogueId | undefined> {
  try {
    return parseId((await readFile(join(dataDir, "current"), "utf8")).trim());
  } catch {
    return undefined;
  }
}

/** Makes a catalogue the live one of the next start. */
export async function writeCurrent(dataDir: string, id: CatalogueId): Promise<void> {
  await replaceFile(join(dataDir, "current"), `${formatId(id)}\n`);
}
