import { EarshotError } from "../errors.js";
import type { SqlDatabase } from "../storage/sqlite.js";

/** The arrays that a catalogue keeps in memory whole: one entry per song, features one per value. */
export interface NumberArrays {
  /** Equal for equal recordings' works (`workKey`), from 0. */
  readonly works: Uint32Array;
  /** Equal for equal folded main artists, from 0. */
  readonly artists: Uint32Array;
  /** 0 is unknown. */
  readonly years: Uint16Array;
  /** Song after song, in the order of the manifest's features and their units; NaN is unknown. */
  readonly features: Float32Array;
  /** The ring of songs that share one vector, see `IdenticalVectors`. */
  readonly sameVector: Int32Array;
}

const arrayNames = ["works", "artists", "years", "features", "sameVector"] as const;

/** Creates the table and stores the arrays, little-endian as on every machine that Node runs on. */
export function writeNumberArrays(db: SqlDatabase, arrays: NumberArrays): void {
  db.exec("CREATE TABLE number_arrays(name TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID");
  const insert = db.prepare("INSERT INTO number_arrays(name, bytes) VALUES (?, ?)");
  for (const name of arrayNames) {
    const { buffer, byteOffset, byteLength } = arrays[name];
    insert.run(name, new Uint8Array(buffer, byteOffset, byteLength));
  }
}

/**
 * Reads the arrays of a catalogue.
 *
 * @throws EarshotError `bad_catalogue` when one is missing or not as long as the catalogue
 */
export function readNumberArrays(
  db: SqlDatabase,
  shape: { readonly songs: number; readonly features: number },
): NumberArrays {
  const read = (name: (typeof arrayNames)[number], bytes: number) => readBytes(db, name, bytes);
  const { songs } = shape;
  return {
    works: new Uint32Array(read("works", songs * 4)),
    artists: new Uint32Array(read("artists", songs * 4)),
    years: new Uint16Array(read("years", songs * 2)),
    features: new Float32Array(read("features", songs * shape.features * 4)),
    sameVector: new Int32Array(read("sameVector", songs * 4)),
  };
}

function readBytes(db: SqlDatabase, name: string, expected: number): ArrayBuffer {
  const bytes = db.prepare("SELECT bytes FROM number_arrays WHERE name = ?").get(name)?.[0];
  if (!(bytes instanceof Uint8Array) || bytes.byteLength !== expected) {
    throw new EarshotError(
      "bad_catalogue",
      `the array ${name} should have ${expected} bytes; build the catalogue again`,
    );
  }
  // A Buffer may begin anywhere in its memory, a typed array only at a multiple of its width.
  return new Uint8Array(bytes).buffer;
}
