import { basename } from "node:path";
import { sha256OfText } from "../storage/durable-files.js";
import type { Mapping } from "./columns/mapping.js";
import { removeStaleDownloads } from "./source/partial-file.js";
import { type OpenOptions, openSources } from "./source/open.js";

/** Where songs come from, as the manifest of their catalogue says. */
export interface SourceIdentity {
  /** For people: the file's name, or the names of several. */
  readonly name: string;
  /** The same for the same content, whatever the files are called, and the same mappings. */
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
  const [only = ""] = sums;
  if (sums.length === 1 && mappings.length === 0) return { name, sha256: only };
  return { name, sha256: sha256OfText(JSON.stringify([sums.sort(), mappings])) };
}

async function sumOf(location: string, options: OpenOptions): Promise<string> {
  for await (const source of openSources(location, options)) {
    const sum = await source.sha256?.();
    if (sum !== undefined) return sum;
  }
  return sha256OfText(location);
}
