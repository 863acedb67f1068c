import { basename } from "node:path";
import { sha256OfText } from "../storage/durable-files.js";
import type { Mapping } from "./columns/mapping.js";
import { removeStaleDownloads } from "./source/partial-file.js";
import { type OpenOptions, openSources } from "./source/open.js";

/**
 * To be raised whenever files are read otherwise than before, so that a file that was imported can
 * be imported again for what is read better now. Anything else would be "already imported".
 */
const readerVersion = 2;

/** Where songs come from, as the manifest of their catalogue says. */
export interface SourceIdentity {
  /** For people: the file's name, or the names of several. */
  readonly name: string;
  /** The same for the same content, whatever the files are called, mappings and way of reading. */
  readonly sha256: string;
}

/**
 * Identifies files by their content, so that a second import of them can be told. What lies behind
 * a URL is fetched for it, into the folder where the import will look.
 *
 * @param locations files, folders and URLs
 * @throws as `openSources`
 */
export async function identifySources(
  locations: readonly string[],
  map: readonly Mapping[],
  options: OpenOptions,
): Promise<SourceIdentity> {
  const sums: string[] = [];
  for (const location of locations) sums.push(await sumOf(location, options));
  // Not before: what was begun days ago may just have been continued.
  await removeStaleDownloads(options.cacheDir);
  const name = locations.map((location) => basename(location.replace(/[?#].*$/u, ""))).join(", ");
  const mappings = map.map(({ column, field }) => `${column}=${field}`).sort();
  const identity = [sums.sort(), mappings, readerVersion];
  return { name, sha256: sha256OfText(JSON.stringify(identity)) };
}

async function sumOf(location: string, options: OpenOptions): Promise<string> {
  for await (const source of openSources(location, options)) {
    const sum = await source.sha256?.();
    if (sum !== undefined) return sum;
  }
  return sha256OfText(location);
}
