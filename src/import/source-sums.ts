import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { sha256OfFile, sha256OfText } from "../storage/durable-files.js";
import type { Mapping } from "./columns/mapping.js";

/** Where songs come from, as the manifest of their catalogue says. */
export interface SourceIdentity {
  /** For people: the file's name, or the names of several. */
  readonly name: string;
  /** The same for the same content, whatever the files are called, and the same mappings. */
  readonly sha256: string;
}

/**
 * Identifies files by their content, so that a second import of them can be told.
 *
 * @param locations files, folders and URLs; a URL stands for itself, as its content is not there yet
 * @throws the reason of the signal; a file that cannot be read is left to who opens it
 */
export async function identifySources(
  locations: readonly string[],
  map: readonly Mapping[],
  signal: AbortSignal,
): Promise<SourceIdentity> {
  const sums: string[] = [];
  for (const location of locations) sums.push(...(await sumsOf(location, signal)));
  const name = locations.map((location) => basename(location)).join(", ");
  const mappings = map.map(({ column, field }) => `${column}=${field}`).sort();
  const [only = ""] = sums;
  if (sums.length === 1 && mappings.length === 0) return { name, sha256: only };
  return { name, sha256: sha256OfText(JSON.stringify([sums.sort(), mappings])) };
}

async function sumsOf(location: string, signal: AbortSignal): Promise<readonly string[]> {
  signal.throwIfAborted();
  if (/^https?:\/\//iu.test(location)) return [sha256OfText(location)];
  const found = await stat(location).catch(() => undefined);
  if (found?.isFile() === true)
    return [await sha256OfFile(location).catch(() => sha256OfText(location))];
  if (found?.isDirectory() !== true) return [sha256OfText(location)];
  const entries = await readdir(location);
  const sums: string[] = [];
  for (const entry of entries) sums.push(...(await sumsOf(join(location, entry), signal)));
  return sums;
}
