import { createHash } from "node:crypto";
import { opendir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { EarshotError } from "../../errors.js";
import type { ByteSource } from "./byte-source.js";
import { documentKind, isDataName, isTableName, labelOf } from "./entry-names.js";
import { localSource, unavailable } from "./local-file.js";

const maxFiles = 200_000;
/** The Million Song Dataset has its files in `data/A/B/C/`. */
const maxDepth = 6;

/**
 * The documents and tables in a folder and the folders in it, in the order of their names. Symbolic
 * links are not followed.
 *
 * @throws EarshotError `bad_song_file` when there is none, or there are too many
 */
export async function listSongFiles(folder: string): Promise<readonly ByteSource[]> {
  const paths: string[] = [];
  await gather(folder, 0, paths);
  if (paths.length === 0) {
    throw new EarshotError(
      "bad_song_file",
      `${folder} is a folder without song files: no .csv, .tsv, .txt or .jsonl (or .gz of one), no JSON or HDF5 documents; name the files themselves if they are called otherwise`,
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
      else if (entry.isFile() && maySongsBeIn(entry.name)) paths.push(path);
      if (paths.length > maxFiles) throw tooMany(folder);
    }
  } catch (error) {
    throw error instanceof EarshotError ? error : unavailable(folder, error);
  }
  if (depth === maxDepth) return;
  for (const inner of folders) await gather(inner, depth + 1, paths);
}

function maySongsBeIn(name: string): boolean {
  return isDataName(name) && (documentKind(name) !== undefined || isTableName(name));
}

function tooMany(folder: string): EarshotError {
  return new EarshotError(
    "bad_song_file",
    `${folder} belongs to a folder with more than ${maxFiles} files; import its parts one after the other`,
  );
}

/** One checksum for all files, by their names and contents. */
export async function sha256OfFolder(files: readonly ByteSource[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) {
    hash.update(`${file.fileName}\0${file.totalBytes}\0`);
    for await (const chunk of file.open().chunks) hash.update(chunk);
  }
  return hash.digest("hex");
}
