import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { EarshotError } from "../errors.js";
import type { Log } from "../lifecycle.js";
import { explainDiskFull } from "../storage/disk-full.js";
import { makeFolder } from "../storage/make-folder.js";
import { syncToDisk } from "../storage/durable-files.js";
import { type BuildProgress, type Contents, writeContents } from "./build-contents.js";
import { openUnverified } from "./catalogue.js";
import {
  catalogueFolder,
  cataloguesFolder,
  checkName,
  createBuildFolder,
  nextVersion,
  removeLeftovers,
} from "./folders.js";
import {
  catalogueFormat,
  manifestFile,
  type Manifest,
  readManifest,
  reportFile,
  sealManifest,
} from "./manifest.js";
import type { SongStream } from "./song-input.js";

export type { BuildProgress } from "./build-contents.js";

export interface BuildOptions {
  readonly dataDir: string;
  /** 1 to 64 of a-z, 0-9, _ and -; the version is the next free one of this name. */
  readonly name: string;
  readonly songs: SongStream;
  /** Where the songs came from, and its SHA-256; a function is asked after the last song. */
  readonly source: Manifest["source"] | (() => Manifest["source"]);
  /** What a person should know about the data. */
  readonly note?: string | undefined;
  /** What is to be kept in `report.json` beside the catalogue; asked after the last song. */
  readonly report?: (() => object) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: BuildProgress) => void) | undefined;
  readonly log: Log;
}

/**
 * Builds the next version of a catalogue; it does not become the live one.
 *
 * Everything is written to a folder beside its place, brought to the disk, opened once for proof
 * and renamed in: a catalogue is there whole or not at all, whenever the power goes.
 *
 * @throws EarshotError `bad_usage` for the name, `bad_song_file` when the songs hold nothing to
 *   compare them by, `disk_full`; the signal's reason, and whatever the source throws
 */
export async function buildCatalogue(options: BuildOptions): Promise<Manifest> {
  const folder = await prepareBuild(options);
  return await removedOnFailure(folder, () => buildIn(folder, options));
}

/**
 * Makes the folder for a build.
 *
 * @throws EarshotError `bad_usage` for the name, `disk_full`
 */
export async function prepareBuild({
  dataDir,
  name,
}: Pick<BuildOptions, "dataDir" | "name">): Promise<string> {
  checkName(name);
  try {
    await makeFolder(cataloguesFolder(dataDir));
    await removeLeftovers(dataDir);
    return await createBuildFolder(dataDir, name);
  } catch (error) {
    throw explainDiskFull(error, dataDir);
  }
}

/** Removes the folder again when what is done in it fails. */
export async function removedOnFailure<Result>(
  folder: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Builds in a folder made by `prepareBuild`, which is left there when it fails. */
export async function buildIn(folder: string, options: BuildOptions): Promise<Manifest> {
  const { dataDir, name, log } = options;
  try {
    const contents = await writeContents(folder, options);
    options.onProgress?.({ stage: "sealing" });
    const manifest = await putInPlace(folder, options, contents);
    log.info(
      { catalogue: `${name}@${manifest.version}`, songs: manifest.songs, points: manifest.points },
      "catalogue built",
    );
    return manifest;
  } catch (error) {
    throw explainDiskFull(error, dataDir);
  }
}

async function putInPlace(
  folder: string,
  options: BuildOptions,
  contents: Contents,
): Promise<Manifest> {
  const { dataDir, name, note, report, signal } = options;
  const source = typeof options.source === "function" ? options.source() : options.source;
  const extras = report === undefined ? [manifestFile] : [manifestFile, reportFile];
  if (report !== undefined) {
    await writeFile(join(folder, reportFile), `${JSON.stringify(report(), undefined, 2)}\n`);
  }
  const built_at = new Date().toISOString();
  for (;;) {
    const version = await nextVersion(dataDir, name);
    const head = { format: catalogueFormat, name, version, built_at } as const;
    const about = { source, ...(note === undefined ? {} : { note }) };
    await writeFile(join(folder, manifestFile), sealManifest({ ...head, ...contents, ...about }));
    const files = [...Object.keys(contents.files), ...extras];
    for (const file of files) await syncToDisk(join(folder, file));
    await syncToDisk(folder);
    const manifest = await proveWhole(folder);
    signal?.throwIfAborted();
    if (await renameIn(folder, catalogueFolder(dataDir, { name, version }))) {
      await syncToDisk(cataloguesFolder(dataDir));
      return manifest;
    }
  }
}

/** Opens the new catalogue as a node will, and asks it once. */
async function proveWhole(folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder);
  // The sums were made of what can be read back a moment ago.
  const catalogue = await openUnverified(folder, manifest).catch((cause: unknown) => {
    throw unreadable(folder, cause);
  });
  try {
    catalogue.songs(catalogue.nearest(0, 1).map(({ ordinal }) => ordinal));
    return manifest;
  } finally {
    catalogue.close();
  }
}

function unreadable(folder: string, cause: unknown): EarshotError {
  return new EarshotError(
    "disk_full",
    `what was written below ${folder} cannot be read back; most likely the disk is full: free some space and try again`,
    { cause },
  );
}

/** `false` when another build has taken the place meanwhile. */
async function renameIn(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    const isTaken =
      error instanceof Error &&
      "code" in error &&
      (error.code === "ENOTEMPTY" || error.code === "EEXIST");
    if (isTaken) return false;
    throw error;
  }
}
