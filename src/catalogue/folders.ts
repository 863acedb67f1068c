import { randomBytes } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { EarshotError } from "../errors.js";
import { catalogueName } from "./manifest.js";
import { entriesOf, removeMarked, removeTemporaries } from "../storage/durable-files.js";
import { isRunning, markPattern, pidOf, processMark } from "../storage/process-mark.js";

/** Name and version of a catalogue; written `name@version`. */
export interface CatalogueId {
  readonly name: string;
  /** Counts from 1 for each name. */
  readonly version: number;
}

const idPattern = /^([a-z0-9_-]{1,64})@([1-9]\d{0,8})$/u;
/** A build under way, or a catalogue that is being removed. */
const workFolderPattern = new RegExp(
  `^\\.(?<kind>building|removed)-(?<name>[a-z0-9_@-]+?)(?:-[0-9a-f]{8})?-(?<mark>${markPattern})$`,
  "u",
);

/** The text of a catalogue's id: the name of its folder. */
export function formatId({ name, version }: CatalogueId): string {
  return `${name}@${version}`;
}

/** Reads `name@version`; `undefined` when the text is not of that form. */
export function parseId(text: string): CatalogueId | undefined {
  const [, name, version] = idPattern.exec(text) ?? [];
  return name === undefined ? undefined : { name, version: Number(version) };
}

/** Whether two ids name one catalogue. */
export function isSameId(a: CatalogueId, b: CatalogueId): boolean {
  return a.name === b.name && a.version === b.version;
}

/** @throws EarshotError `bad_usage` when a name cannot be part of a folder's name */
export function checkName(name: string): void {
  if (catalogueName.test(name)) return;
  throw new EarshotError(
    "bad_usage",
    `a catalogue's name is 1 to 64 of a-z, 0-9, _ and -, not "${name}"`,
  );
}

/** Where the catalogues of a node lie. */
export function cataloguesFolder(dataDir: string): string {
  return join(dataDir, "catalogues");
}

/** Where one catalogue lies, whether it exists or not. */
export function catalogueFolder(dataDir: string, id: CatalogueId): string {
  return join(cataloguesFolder(dataDir), formatId(id));
}

/** The catalogues whose folders exist, whole or damaged, by name and version. */
export async function findCatalogues(dataDir: string): Promise<readonly CatalogueId[]> {
  const ids = (await entriesOf(cataloguesFolder(dataDir))).flatMap((entry) => parseId(entry) ?? []);
  return ids.sort((a, b) => compareText(a.name, b.name) || a.version - b.version);
}

/** The first version of a name that is not taken. */
export async function nextVersion(dataDir: string, name: string): Promise<number> {
  const taken = (await findCatalogues(dataDir)).filter((id) => id.name === name);
  return (taken.at(-1)?.version ?? 0) + 1;
}

/** Makes an empty folder to build in, beside the place where the catalogue will lie. */
export async function createBuildFolder(dataDir: string, name: string): Promise<string> {
  const folder = workFolder(dataDir, `building-${name}`);
  await mkdir(folder, { recursive: true });
  return folder;
}

/**
 * Removes a catalogue: it is gone at once, and its bytes are given back then. A kill between the
 * two leaves what `removeLeftovers` removes.
 */
export async function removeCatalogueFolder(dataDir: string, id: CatalogueId): Promise<void> {
  const doomed = workFolder(dataDir, `removed-${formatId(id)}`);
  await rename(catalogueFolder(dataDir, id), doomed);
  await rm(doomed, { recursive: true, force: true });
}

function workFolder(dataDir: string, kind: string): string {
  const unique = randomBytes(4).toString("hex");
  return join(cataloguesFolder(dataDir), `.${kind}-${unique}-${processMark}`);
}

/** The builds under way, of this process and others. */
export async function findBuilds(
  dataDir: string,
): Promise<readonly { readonly name: string; readonly pid: number }[]> {
  return (await entriesOf(cataloguesFolder(dataDir))).flatMap((entry) => {
    const { kind, name = "", mark = "" } = workFolderPattern.exec(entry)?.groups ?? {};
    return kind === "building" && isRunning(mark) ? [{ name, pid: pidOf(mark) }] : [];
  });
}

/**
 * Removes what builds and removals left behind whose process was killed; one that is at work is
 * left alone.
 */
export async function removeLeftovers(dataDir: string): Promise<readonly string[]> {
  return [
    ...(await removeMarked(cataloguesFolder(dataDir), workFolderPattern)),
    ...(await removeTemporaries(dataDir)),
  ];
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
