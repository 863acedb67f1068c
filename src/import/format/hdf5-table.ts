import { type FileHandle, open } from "node:fs/promises";
import type { ByteSource } from "../source/byte-source.js";
import { spoolToFile } from "../source/spool.js";
import type { SongTable, TableBatch } from "../table.js";
import { type Hdf5File, openHdf5 } from "./hdf5.js";
import { findMsdSongs, type MsdSongs } from "./msd-hdf5.js";

const batchRows = 1000;

/**
 * Reads the songs of an HDF5 file of the Million Song Dataset, a thousand at a time.
 *
 * @param spoolDir where a file that lies packed in another is unpacked to, for as long as it is read
 * @throws EarshotError `bad_song_file` when it is another kind of HDF5 file, or damaged
 */
export async function readHdf5Table(source: ByteSource, spoolDir: string): Promise<SongTable> {
  const { columns, known, rows } = await withSongs(source, spoolDir, (songs) => songs);
  const kind = rows === 1 ? "one track" : "summary";
  return {
    format: `HDF5, Million Song Dataset, ${kind}`,
    columns,
    known,
    batches: { [Symbol.asyncIterator]: () => readBatches(source, spoolDir) },
  };
}

/** Opens the songs for one action. */
async function withSongs<T>(
  source: ByteSource,
  spoolDir: string,
  action: (songs: MsdSongs) => T,
): Promise<T> {
  const { handle, file } = await openFile(source, spoolDir);
  try {
    return action(findMsdSongs(file, source.name));
  } finally {
    file.close();
    await handle.close();
  }
}

async function openFile(
  source: ByteSource,
  spoolDir: string,
): Promise<{ readonly handle: FileHandle; readonly file: Hdf5File }> {
  const { path, name } = source;
  const handle = path === undefined ? await spoolToFile(source, spoolDir) : await open(path, "r");
  try {
    const { size } = await handle.stat();
    return { handle, file: await openHdf5({ descriptor: handle.fd, bytes: size, name }) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function* readBatches(source: ByteSource, spoolDir: string): AsyncGenerator<TableBatch> {
  const { handle, file } = await openFile(source, spoolDir);
  try {
    const songs = findMsdSongs(file, source.name);
    for (let from = 0; from < songs.rows; from += batchRows) {
      const count = Math.min(batchRows, songs.rows - from);
      const rows = songs.read({ from, count });
      yield {
        rows: rows.map((cells, index) => ({ place: `row ${from + index + 1}`, cells })),
        problems: [],
        bytes: Math.round(((from + count) / songs.rows) * (source.totalBytes ?? 0)),
      };
    }
  } finally {
    file.close();
    await handle.close();
  }
}

/** One song file among many: the columns of the first tell where the cells of the others go. */
export async function readHdf5Song(source: ByteSource, spoolDir: string) {
  return withSongs(source, spoolDir, (songs) => ({
    columns: songs.columns,
    known: songs.known,
    rows: songs.read({ from: 0, count: Math.min(songs.rows, batchRows) }),
  }));
}
