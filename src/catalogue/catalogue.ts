import { join } from "node:path";
import { createEmbedding } from "../sound/embedding.js";
import { inTurns } from "../steps.js";
import { openDatabase, type SqlDatabase } from "../storage/sqlite.js";
import { openTitleIndexInSteps, type TitleIndex } from "../titles/title-index.js";
import type { Manifest } from "./manifest.js";
import type { Neighbour } from "./nearest-list.js";
import { createNeighbourSearch, type ScanOptions } from "./neighbour-search.js";
import { type NumberArrays, readNumberArrays } from "./number-arrays.js";
import { createSongReader, type Song, type SongReader } from "./song-table.js";
import { readVectorIndex, type VectorIndex } from "./vector-index.js";
import { verifyAside } from "./verify.js";

/**
 * An open catalogue: songs, their titles, and the songs near each. A song is named by its ordinal,
 * 0 to `size` - 1; an ordinal outside is an error of the caller.
 */
export interface Catalogue {
  readonly manifest: Manifest;
  /** How many songs it holds. */
  readonly size: number;
  readonly titles: TitleIndex;
  song(ordinal: number): Song;
  /** Several songs for the price of one call to the database. */
  songs(ordinals: readonly number[]): readonly Song[];
  ordinalOfId(id: string): number | undefined;
  /** Equal for the releases of one song by one main artist. */
  workOf(ordinal: number): number;
  /** Equal for the songs of one main artist. */
  artistOf(ordinal: number): number;
  /** The names that `valueOf` knows: "year" and the features. */
  readonly columns: readonly string[];
  /** The song's year or feature, in the feature's unit; `undefined` when unknown. */
  valueOf(ordinal: number, column: string): number | undefined;
  /** `valueOf` for one column; `undefined` when there is no such column. */
  column(name: string): ColumnReader | undefined;
  /**
   * The `count` songs nearest to a song, without that song; fewer only when there are no more.
   * Approximate (recall@10 at least 0.999). The nearest first, ties by ordinal.
   */
  nearest(ordinal: number, count: number): readonly Neighbour[];
  /** Compares every accepted song of the catalogue with a song, exactly; that song is left out. */
  scan(ordinal: number, options: ScanOptions): void;
  /** Reads the songs into memory in the background, where all of them have room. */
  warmUp(): Promise<void>;
  close(): void;
}

/** Reads one column of any song, see `valueOf`. */
export type ColumnReader = (ordinal: number) => number | undefined;

/**
 * Opens a catalogue folder after checking the sums of all its files.
 *
 * @throws EarshotError `bad_catalogue` when a file is missing, damaged or of another format
 */
export async function openCatalogue(folder: string, signal?: AbortSignal): Promise<Catalogue> {
  return await openUnverified(folder, await verifyAside(folder, signal));
}

/** Opens a catalogue folder whose sums have been compared already. Errors as `openCatalogue`. */
export async function openUnverified(folder: string, manifest: Manifest): Promise<Catalogue> {
  const { dimensions, points, songs, features, files } = manifest;
  const lists = files["neighbours.bin"] === undefined ? undefined : join(folder, "neighbours.bin");
  const shape = { dimensions, points, songs };
  const index = await readVectorIndex(join(folder, "index.hnsw"), shape, lists);
  const db = openDatabase(join(folder, "songs.db"), { readonly: true });
  try {
    const arrays = await inTurns(readNumberArrays(db, { songs, features: features.length }));
    const reader = createSongReader(db, songs);
    const songText = (ordinal: number): Song => reader.song(ordinal);
    const titles = await inTurns(openTitleIndexInSteps({ db, songText }));
    return assemble({ manifest, index, db, arrays, reader, titles });
  } catch (error) {
    db.close();
    throw error;
  }
}

interface Parts {
  readonly manifest: Manifest;
  readonly index: VectorIndex;
  readonly db: SqlDatabase;
  readonly arrays: NumberArrays;
  readonly reader: SongReader;
  readonly titles: TitleIndex;
}

function assemble({ manifest, index, db, arrays, reader, titles }: Parts): Catalogue {
  const { features, songs: size } = manifest;
  const search = createNeighbourSearch({ index, embedding: createEmbedding(features), arrays });
  const closing = new AbortController();
  const columns = createColumns(
    features.map(({ name }) => name),
    arrays,
  );
  return {
    manifest,
    size,
    titles,
    ...reader,
    ...search,
    workOf: (ordinal) => arrays.works[ordinal] ?? 0,
    artistOf: (ordinal) => arrays.artists[ordinal] ?? 0,
    columns: [...columns.keys()],
    valueOf: (ordinal, name) => columns.get(name)?.(ordinal),
    column: (name) => columns.get(name),
    warmUp: () => reader.warmUp(closing.signal),
    close() {
      closing.abort();
      db.close();
    },
  };
}

function createColumns(
  featureNames: readonly string[],
  { years, features }: NumberArrays,
): ReadonlyMap<string, ColumnReader> {
  const width = featureNames.length;
  const readers = featureNames.map((name, position): [string, ColumnReader] => [
    name,
    (ordinal) => {
      const value = features[ordinal * width + position];
      return Number.isNaN(value) ? undefined : value;
    },
  ]);
  return new Map([["year", (ordinal) => years[ordinal] || undefined], ...readers]);
}
