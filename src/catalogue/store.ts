import { EarshotError, messageOf } from "../errors.js";
import type { Log } from "../lifecycle.js";
import { type Catalogue, openCatalogue } from "./catalogue.js";
import { readCurrent, writeCurrent } from "./current.js";
import {
  type CatalogueId,
  catalogueFolder,
  findCatalogues,
  formatId,
  isSameId,
  parseId,
  removeCatalogueFolder,
} from "./folders.js";
import { type Manifest, readManifest, verifyFolder } from "./manifest.js";

/** A catalogue on the disk: with its manifest, or with what is wrong with it. */
export type StoredCatalogue = CatalogueId & {
  readonly isCurrent: boolean;
} & ({ readonly manifest: Manifest } | { readonly problem: string });

/** All catalogues by name and version. Only manifests are checked; see `verifyCatalogue`. */
export async function listCatalogues(dataDir: string): Promise<readonly StoredCatalogue[]> {
  const current = await readCurrent(dataDir);
  const stored: StoredCatalogue[] = [];
  for (const id of await findCatalogues(dataDir)) {
    const entry = { ...id, isCurrent: current !== undefined && isSameId(id, current) };
    try {
      stored.push({ ...entry, manifest: await readManifest(catalogueFolder(dataDir, id)) });
    } catch (error) {
      stored.push({ ...entry, problem: messageOf(error) });
    }
  }
  return stored;
}

/**
 * Checks every byte of a catalogue against its sums.
 *
 * @param id `name@version`, or a name for its newest version
 * @throws EarshotError `not_found` when there is no such catalogue, `bad_catalogue` when it is
 *   damaged
 */
export async function verifyCatalogue(dataDir: string, id: string): Promise<Manifest> {
  return verifyFolder(catalogueFolder(dataDir, await findCatalogue(dataDir, id)));
}

/** Checks a catalogue and makes it the live one. Parameters and errors as `verifyCatalogue`. */
export async function selectCatalogue(dataDir: string, id: string): Promise<Manifest> {
  const manifest = await verifyCatalogue(dataDir, id);
  await writeCurrent(dataDir, manifest);
  return manifest;
}

/**
 * Makes the version before the live one the live one.
 *
 * @throws EarshotError `not_found` when there is none, `bad_catalogue` when it is damaged
 */
export async function rollBack(dataDir: string): Promise<Manifest> {
  const current = await readCurrent(dataDir);
  const previous = (await findCatalogues(dataDir)).findLast(
    ({ name, version }) =>
      current !== undefined && name === current.name && version < current.version,
  );
  if (previous !== undefined) return selectCatalogue(dataDir, formatId(previous));
  const live = current === undefined ? "no catalogue is live" : `${formatId(current)} is live`;
  throw new EarshotError(
    "not_found",
    `there is no earlier version to go back to (${live}); "earshot catalogue list" shows what there is`,
  );
}

/**
 * Removes a catalogue from the disk.
 *
 * @param id `name@version`; a name alone would be a risk
 * @throws EarshotError `not_found` when there is no such catalogue, `bad_usage` when it is the live
 *   one or `id` has no version
 */
export async function removeCatalogue(dataDir: string, id: string): Promise<CatalogueId> {
  const wanted = parseId(id);
  if (wanted === undefined) {
    throw new EarshotError(
      "bad_usage",
      `expected NAME@VERSION, received "${id}"; "earshot catalogue list" shows what there is`,
    );
  }
  const found = await findCatalogue(dataDir, id);
  const current = await readCurrent(dataDir);
  if (current !== undefined && isSameId(found, current)) {
    throw new EarshotError(
      "bad_usage",
      `${id} is the live catalogue; make another one live first ("earshot catalogue use")`,
    );
  }
  await removeCatalogueFolder(dataDir, found);
  return found;
}

/**
 * Removes the older versions of a name, all but the newest `keep` and the live one. What is damaged
 * counts as a version.
 *
 * @returns the ids that were removed
 */
export async function removeOldVersions(
  dataDir: string,
  name: string,
  keep: number,
): Promise<readonly string[]> {
  const current = await readCurrent(dataDir);
  const versions = (await findCatalogues(dataDir)).filter((id) => id.name === name);
  const old = versions
    .slice(0, -keep)
    .filter((id) => current === undefined || !isSameId(id, current));
  for (const id of old) await removeCatalogueFolder(dataDir, id);
  return old.map(formatId);
}

/**
 * The whole catalogue that was made of a source, the newest one; `undefined` when there is none.
 *
 * @param sha256 of the source, as in the manifest
 */
export async function findBySource(dataDir: string, sha256: string): Promise<Manifest | undefined> {
  const stored = await listCatalogues(dataDir);
  return stored
    .flatMap((one) => ("manifest" in one ? [one.manifest] : []))
    .findLast(({ source }) => source.sha256 === sha256);
}

/**
 * Opens the live catalogue; where it is damaged or missing, the most recently built one that is
 * whole, with a warning for each that is not.
 *
 * @returns `undefined` when there is no whole catalogue
 */
export async function openLive(options: {
  readonly dataDir: string;
  readonly log: Log;
}): Promise<Catalogue | undefined> {
  const { dataDir, log } = options;
  for (const id of await candidates(dataDir)) {
    try {
      return await openCatalogue(catalogueFolder(dataDir, id));
    } catch (error) {
      log.warn(
        { catalogue: formatId(id), reason: messageOf(error) },
        "catalogue cannot be used, trying another",
      );
    }
  }
  return undefined;
}

/** The live one first, then by age, the youngest first. */
async function candidates(dataDir: string): Promise<readonly CatalogueId[]> {
  const current = await readCurrent(dataDir);
  const others = (await listCatalogues(dataDir))
    .flatMap((stored) => ("manifest" in stored && !stored.isCurrent ? [stored.manifest] : []))
    .sort((a, b) => Date.parse(b.built_at) - Date.parse(a.built_at));
  return current === undefined ? others : [current, ...others];
}

async function findCatalogue(dataDir: string, text: string): Promise<CatalogueId> {
  const wanted = parseId(text);
  const found = (await findCatalogues(dataDir)).findLast((id) =>
    wanted === undefined ? id.name === text : isSameId(id, wanted),
  );
  if (found !== undefined) return found;
  throw new EarshotError(
    "not_found",
    `there is no catalogue "${text}"; "earshot catalogue list" shows what there is`,
  );
}
