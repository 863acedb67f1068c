import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { EarshotError } from "../errors.js";
import type { Log } from "../lifecycle.js";
import { openDatabase } from "../storage/sqlite.js";
import { openCatalogue } from "./catalogue.js";
import { sha256OfFile, syncToDisk } from "../storage/durable-files.js";
import { embedAll, fitFeatures, type FittedFeatures, interleave } from "./fit-features.js";
import {
  catalogueFolder,
  cataloguesFolder,
  checkName,
  createBuildFolder,
  nextVersion,
  removeLeftovers,
} from "./folders.js";
import { gatherSongs } from "./gather-songs.js";
import { linkIdentical } from "./identical-vectors.js";
import {
  catalogueFormat,
  catalogueFiles,
  type CatalogueFile,
  manifestFile,
  type Manifest,
  sealManifest,
} from "./manifest.js";
import { writeNumberArrays } from "./number-arrays.js";
import type { SongInput } from "./song-input.js";
import { createVectorIndexBuilder } from "./vector-index.js";

export interface BuildOptions {
  readonly dataDir: string;
  /** 1 to 64 of a-z, 0-9, _ and -; the version is the next free one of this name. */
  readonly name: string;
  readonly songs: Iterable<SongInput> | AsyncIterable<SongInput>;
  /** Where the songs came from, and the SHA-256 of that file. */
  readonly source: Manifest["source"];
  /** What a person should know about the data. */
  readonly note?: string | undefined;
  readonly log: Log;
}

/**
 * Builds the next version of a catalogue; it does not become the live one.
 *
 * Everything is written to a folder beside its place, brought to the disk, opened once for proof
 * and renamed in: a catalogue is there whole or not at all, whenever the power goes.
 *
 * @throws EarshotError `bad_usage` for the name, `bad_song_file` when the songs hold nothing to
 *   compare them by, and whatever the source throws
 */
export async function buildCatalogue(options: BuildOptions): Promise<Manifest> {
  const { dataDir, name, log } = options;
  checkName(name);
  await mkdir(cataloguesFolder(dataDir), { recursive: true });
  await removeLeftovers(dataDir);
  const folder = await createBuildFolder(dataDir, name);
  try {
    const contents = await writeContents(folder, options);
    const manifest = await putInPlace(folder, options, contents);
    log.info(
      { catalogue: `${name}@${manifest.version}`, songs: manifest.songs, points: manifest.points },
      "catalogue built",
    );
    return manifest;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** What the manifest says about the songs. */
type Contents = Pick<
  Manifest,
  "songs" | "repeated" | "points" | "dimensions" | "features" | "dropped"
>;

async function writeContents(folder: string, options: BuildOptions): Promise<Contents> {
  const db = openDatabase(join(folder, "songs.db"));
  try {
    // A build that dies is thrown away whole, so that a journal would be work for nothing.
    db.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536");
    const gathered = await gatherSongs({ db, songs: options.songs, log: options.log });
    const fitted = fitFeatures(gathered.columns);
    checkComparable(gathered.count, fitted, options.source.name);
    const rows = interleave(
      gathered.columns,
      fitted.features.map((feature) => feature.name),
    );
    const { vectors, dimensions } = embedAll(rows, fitted.features);
    const { next, firsts } = linkIdentical(vectors, dimensions);
    writeNumberArrays(db, { ...gathered, features: rows, sameVector: next });
    await writeIndex({ path: join(folder, "index.hnsw"), vectors, dimensions, firsts });
    const { count: songs, repeated } = gathered;
    return {
      songs,
      repeated,
      points: firsts.length,
      dimensions,
      features: [...fitted.features],
      dropped: [...fitted.dropped],
    };
  } finally {
    db.close();
  }
}

function checkComparable(count: number, { features, dropped }: FittedFeatures, source: string) {
  if (features.length > 0) return;
  const reasons = dropped.map(({ name, reason }) => `${name} is ${reason}`).join(", ");
  throw new EarshotError(
    "bad_song_file",
    `${source} has ${count} songs and no feature in which they differ (${reasons || "it has no features"}); at least two songs that differ in tempo, energy or another number are needed`,
  );
}

/** The event loop gets its turn once in so many points (about 50 ms). */
const pointsPerTurn = 500;

async function writeIndex(options: {
  readonly path: string;
  readonly vectors: Float32Array;
  readonly dimensions: number;
  readonly firsts: Int32Array;
}): Promise<void> {
  const { path, vectors, dimensions, firsts } = options;
  const index = createVectorIndexBuilder({ dimensions, points: firsts.length });
  const vector: number[] = Array.from({ length: dimensions }, () => 0);
  for (const [added, row] of firsts.entries()) {
    for (let i = 0; i < dimensions; i++) vector[i] = vectors[row * dimensions + i] ?? 0;
    index.add(row, vector);
    if (added % pointsPerTurn === 0) await setImmediate();
  }
  await index.write(path);
}

async function putInPlace(
  folder: string,
  options: BuildOptions,
  contents: Contents,
): Promise<Manifest> {
  const { dataDir, name, source, note } = options;
  const files = {
    "songs.db": await seal(folder, "songs.db"),
    "index.hnsw": await seal(folder, "index.hnsw"),
  };
  const built_at = new Date().toISOString();
  for (;;) {
    const version = await nextVersion(dataDir, name);
    const head = { format: catalogueFormat, name, version, built_at } as const;
    const about = { source, ...(note === undefined ? {} : { note }), files };
    await writeFile(join(folder, manifestFile), sealManifest({ ...head, ...contents, ...about }));
    for (const file of [...catalogueFiles, manifestFile]) await syncToDisk(join(folder, file));
    await syncToDisk(folder);
    const manifest = await proveWhole(folder);
    if (await renameIn(folder, catalogueFolder(dataDir, { name, version }))) {
      await syncToDisk(cataloguesFolder(dataDir));
      return manifest;
    }
  }
}

async function seal(
  folder: string,
  file: CatalogueFile,
): Promise<Manifest["files"][CatalogueFile]> {
  const path = join(folder, file);
  return { bytes: (await stat(path)).size, sha256: await sha256OfFile(path) };
}

/** Opens the new catalogue as a node will, and asks it once. */
async function proveWhole(folder: string): Promise<Manifest> {
  const catalogue = await openCatalogue(folder);
  try {
    catalogue.songs(catalogue.nearest(0, 1).map(({ ordinal }) => ordinal));
    return catalogue.manifest;
  } finally {
    catalogue.close();
  }
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
