import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "../storage/durable-files.js";
import { type CatalogueId, formatId, isSameId, parseId } from "./folders.js";

/** The catalogue that the file `current` names; `undefined` when there is none or it is unreadable. */
export async function readCurrent(dataDir: string): Promise<CatalogueId | undefined> {
  return (await readLines(dataDir))[0];
}

/** The one that was live before the live one; `undefined` when that is not known. */
export async function readPrevious(dataDir: string): Promise<CatalogueId | undefined> {
  return (await readLines(dataDir))[1];
}

/** Makes a catalogue the live one of the next start, and remembers which one was it until now. */
export async function writeCurrent(dataDir: string, id: CatalogueId): Promise<void> {
  const [current, previous] = await readLines(dataDir);
  const isNews = current !== undefined && !isSameId(current, id);
  await writeLines(dataDir, [id, isNews ? current : previous]);
}

/** Makes the one before the live one. What it undoes is forgotten: going back twice goes on back. */
export async function goBackTo(dataDir: string, id: CatalogueId): Promise<void> {
  await writeLines(dataDir, [id]);
}

type Lines = readonly (CatalogueId | undefined)[];

/** Files of earlier versions of the program have one line. */
async function readLines(dataDir: string): Promise<Lines> {
  try {
    const text = await readFile(join(dataDir, "current"), "utf8");
    return text.trim().split(/\s+/u).map(parseId);
  } catch {
    return [];
  }
}

async function writeLines(dataDir: string, ids: Lines): Promise<void> {
  const lines = ids.flatMap((id) => (id === undefined ? [] : [`${formatId(id)}\n`]));
  await replaceFile(join(dataDir, "current"), lines.join(""));
}
