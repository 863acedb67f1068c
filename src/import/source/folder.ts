import { createHash } from "node:crypto";
import { opendir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { EarshotError } from "../../errors.js";
import type { ByteSource } from "./byte-source.js";
import { documentKind, isDataName, labelOf } from "./entry-names.js";
import { localSource, unavailable } from "./local-file.js";

const maxDocuments = 200_000;
/** The Million Song Dataset has its files in `data/A/B/C/`. */
const maxDepth = 6;

/**
 * The documents in a folder and the folders in it, in the order of their names. Symbolic links are
 * not followed.
 *
 * @throws EarshotError `bad_song_file` when there is none, or there are too many
 */
export async function listDocuments(folder: string): Promise<readonly ByteSource[]> {
  const paths: string[] = [];
  await gather(folder, 0, paths);
  if (paths.length === 0) {
    throw new EarshotError(
      "bad_song_file",
      `${folder} is a folder without JSON or HDF5 documents about songs; give song files one by one (${join(folder, "*.csv")})`,
    );
  }
  const sources: ByteSource[] = [];
  for (const path of paths.toSorted()) {
    const { size } = await stat(path);
    sources.push(localSource(path, size, labelOf(relative(folder, path))));
  }
  return sources;
}

async function gather(folder: string, depth: number, paths: string[]): Promise<void> {
  const folders: string[] = [];
  try {
    for await (const entry of await opendir(folder)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !entry.name.startsWith(".")) folders.push(path);
      else if (entry.isFile() && isDataName(entry.name) && documentKind(entry.name))
        paths.push(path);
      if (paths.length > maxDocuments) throw tooMany(folder);
    }
  } catch (error) {
    throw error instanceof EarshotError ? error : unavailable(folder, error);
  }
  if (depth === maxDepth) return;
  for (const inner of folders) await gather(inner, depth + 1, paths);
}

function tooMany(folder: string): EarshotError {
  return new EarshotError(
    "bad_song_file",
    `${folder} belongs to a folder with more than ${maxDocuments} documents; import its parts one after the other`,
  );
}

/** One checksum for all documents, by their names and contents. */
export async function sha256OfFolder(documents: readonly ByteSource[]): Promise<string> {
  const hash = createHash("sha256");
  for (const document of documents) {
    hash.update(`${document.fileName}\0${document.totalBytes}\0`);
    for await (const chunk of document.open().chunks) hash.update(chunk);
  }
  return hash.digest("hex");
}
