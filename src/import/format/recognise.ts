import { EarshotError } from "../../errors.js";
import { type ByteSource, type Head, readHead } from "../source/byte-source.js";
import type { SongTable } from "../table.js";
import { foreignKind } from "./foreign-kinds.js";
import { isHdf5 } from "./hdf5.js";
import { readHdf5Table } from "./hdf5-table.js";
import { looksLikeJson, readJsonTable } from "./json-table.js";
import { readTextTable } from "./text-table.js";

/**
 * Recognises the format of a source by its content, never by its name.
 *
 * @param spoolDir for a file that must be unpacked before it can be read
 * @throws EarshotError `bad_song_file` naming what was found instead of a song file
 */
export async function recogniseTable(source: ByteSource, spoolDir: string): Promise<SongTable> {
  const head: Head = await readHead(source);
  if (isHdf5(head.bytes)) return readHdf5Table(source, spoolDir);
  const foreign = foreignKind(head.bytes);
  if (foreign !== undefined) {
    throw new EarshotError("bad_song_file", `${source.name} is not a song file: it is ${foreign}`);
  }
  if (looksLikeJson(head.bytes)) return readJsonTable(source, head);
  return readTextTable(source, head);
}
