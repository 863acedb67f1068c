import { openDatabase, type SqlDatabase } from "../../src/storage/sqlite.js";
import { openTitleIndex, type SongText, type TitleIndex } from "../../src/titles/title-index.js";
import { createTitleTables } from "../../src/titles/title-storage.js";
import { createTitleWriter, type TitleRow } from "../../src/titles/title-writer.js";

/** A title index over songs in memory, and its database, which the caller closes. */
export interface OpenSongs {
  readonly db: SqlDatabase;
  readonly index: TitleIndex;
}

/** Builds and opens a title index over a list of songs. */
export function indexSongs(
  songs: readonly (SongText & Pick<TitleRow, "popularity">)[],
  path = ":memory:",
): OpenSongs {
  const db = openDatabase(path);
  createTitleTables(db);
  const writer = createTitleWriter(db);
  for (const [ordinal, song] of songs.entries()) writer.add({ ordinal, ...song });
  writer.finish();
  const songText = (ordinal: number) => songs[ordinal] ?? { title: "", artist: "" };
  return { db, index: openTitleIndex({ db, songText }) };
}
