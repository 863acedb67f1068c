import { EarshotError } from "../errors.js";
import type { Steps } from "../steps.js";
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
type ArrayName = (typeof arrayNames)[number];

/** Bytes of one row: about a millisecond of reading. */
const partBytes = 1 << 20;

/** Creates the table and stores the arrays, little-endian as on every machine that Node runs on. */
export function writeNumberArrays(db: SqlDatabase, arrays: NumberArrays): void {
  db.exec(
    "CREATE TABLE number_arrays(name TEXT, part INTEGER, bytes BLOB NOT NULL, PRIMARY KEY(name, part)) WITHOUT ROWID",
  );
  const insert = db.prepare("INSERT INTO number_arrays(name, part, bytes) VALUES (?, ?, ?)");
  for (const name of arrayNames) {
    const { buffer, byteOffset, byteLength } = arrays[name];
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    for (let start = 0; start < byteLength; start += partBytes) {
      insert.run(name, start / partBytes, bytes.subarray(start, start + partBytes));
    }
  }
}

/**
 * Reads the arrays of a catalogue, a part a step.
 *
 * @throws EarshotError `bad_catalogue` when one is missing or not as long as the catalogue
 */
export function* readNumberArrays(
  db: SqlDatabase,
  shape: { readonly songs: number; readonly features: number },
): Steps<NumberArrays> {
  const { songs } = shape;
  return {
    works: new Uint32Array(yield* readBytes(db, "works", songs * 4)),
    artists: new Uint32Array(yield* readBytes(db, "artists", songs * 4)),
    years: new Uint16Array(yield* readBytes(db, "years", songs * 2)),
    features: new Float32Array(yield* readBytes(db, "features", songs * shape.features * 4)),
    sameVector: new Int32Array(yield* readBytes(db, "sameVector", songs * 4)),
  };
}

function* readBytes(db: SqlDatabase, name: ArrayName, expected: number): Steps<ArrayBuffer> {
  const select = db.prepare("SELECT bytes FROM number_arrays WHERE name = ? AND part = ?");
  const whole = new Uint8Array(expected);
  for (let start = 0; start < expected; start += partBytes) {
    const bytes = select.get(name, start / partBytes)?.[0];
    if (!(bytes instanceof Uint8Array) || bytes.length !== Math.min(partBytes, expected - start)) {
      throw new EarshotError(
        "bad_catalogue",
        `the array ${name} should have ${expected} bytes; build the catalogue again`,
      );
    }
    whole.set(bytes, start);
    yield;
  }
  return whole.buffer;
}
