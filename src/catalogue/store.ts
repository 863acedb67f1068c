import { EarshotError, messageOf } from "../errors.js";
import type { Log } from "../lifecycle.js";
import { type Catalogue, openCatalogue } from "./catalogue.js";
import { goBackTo, readCurrent, readPrevious, writeCurrent } from "./current.js";
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
 * Undoes the last change of the live catalogue: what was live before it, of whatever name, is live
 * again. Where that is not known or gone, it is the version before. A damaged one is passed over
 * for an earlier version.
 *
 * @throws EarshotError `not_found` when there is none, `bad_catalogue` when all are damaged
 */
export async function rollBack(dataDir: string): Promise<Manifest> {
  const current = await readCurrent(dataDir);
  let fault: EarshotError | undefined;
  for (const id of await findEarlier(dataDir, current)) {
    try {
      const manifest = await verifyFolder(catalogueFolder(dataDir, id));
      await goBackTo(dataDir, manifest);
      return manifest;
    } catch (error) {
      if (!(error instanceof EarshotError)) throw error;
      fault ??= error;
    }
  }
  if (fault !== undefined) throw fault;
  const live = current === undefined ? "no catalogue is live" : `${formatId(current)} is live`;
  throw new EarshotError(
    "not_found",
    `there is nothing left to go back to (${live}): rollback goes one step back, or to earlier versions of the same name; to choose any other: earshot catalogue use NAME, of those in "earshot catalogue list"`,
  );
}

/** What was live before, then the versions below the live one, the newest first. */
async function findEarlier(
  dataDir: string,
  current: CatalogueId | undefined,
): Promise<readonly CatalogueId[]> {
  if (current === undefined) return [];
  const previous = await readPrevious(dataDir);
  const found = await findCatalogues(dataDir);
  const isPrevious = (id: CatalogueId) => previous !== undefined && isSameId(id, previous);
  const versions = found.filter(
    (id) => id.name === current.name && id.version < current.version && !isPrevious(id),
  );
  return [...found.filter(isPrevious), ...versions.reverse()];
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
 * Makes a catalogue that was just built the live one, and gives the disk of a Pi some room back: of
 * its name it keeps the new version, the newest whole one before it, and what was live until now.
 * Other names are left alone. What cannot be removed is a warning: the new one is live by then.
 *
 * @returns the ids that were removed
 */
export async function makeLive(options: {
  readonly dataDir: string;
  readonly built: CatalogueId;
  readonly log: Log;
}): Promise<readonly string[]> {
  const { dataDir, built, log } = options;
  const before = await readCurrent(dataDir);
  await writeCurrent(dataDir, built);
  try {
    return await removeOldVersions(dataDir, built, before);
  } catch (error) {
    log.warn({ reason: messageOf(error) }, "an old version could not be removed");
    return [];
  }
}

async function removeOldVersions(
  dataDir: string,
  built: CatalogueId,
  before: CatalogueId | undefined,
): Promise<readonly string[]> {
  const earlier = (await findCatalogues(dataDir)).filter(
    ({ name, version }) => name === built.name && version < built.version,
  );
  const kept = earlier.length > 1 ? await newestWhole(dataDir, earlier) : undefined;
  const old = earlier.filter(
    (id) =>
      kept !== undefined &&
      id.version < kept.version &&
      (before === undefined || !isSameId(id, before)),
  );
  for (const id of old) await removeCatalogueFolder(dataDir, id);
  return old.map(formatId);
}

/** A damaged version is nothing to go back to, so it does not count. */
async function newestWhole(
  dataDir: string,
  ids: readonly CatalogueId[],
): Promise<CatalogueId | undefined> {
  for (const id of ids.toReversed()) {
    try {
      return await verifyFolder(catalogueFolder(dataDir, id));
    } catch (error) {
      if (!(error instanceof EarshotError)) throw error;
    }
  }
  return undefined;
}

/**
 * The whole catalogue that was made of a source, the newest one; `undefined` when there is none.
 *
 * @param wanted `sha256` of the source, as in the manifest; `name` of the catalogue, any without it
 */
export async function findBySource(
  dataDir: string,
  { sha256, name }: { readonly sha256: string; readonly name?: string | undefined },
): Promise<Manifest | undefined> {
  const stored = await listCatalogues(dataDir);
  return stored
    .flatMap((one) => ("manifest" in one ? [one.manifest] : []))
    .findLast((one) => one.source.sha256 === sha256 && (name === undefined || one.name === name));
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
