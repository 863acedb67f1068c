import { EarshotError } from "../errors.js";
import type { Steps } from "../steps.js";
import type { SqlDatabase } from "../storage/sqlite.js";

/** Version of everything that the title tables hold; a reader refuses any other. */
export const titleFormat = 1;

/** Bytes of one row: large enough for few calls, small enough not to double the memory. */
const partBytes = 1 << 20;

/** The flat arrays that are kept whole in memory, by name. */
export type PackedArray = Uint8Array | Uint16Array | Uint32Array;

/** Creates the empty tables of the titles part of a catalogue. */
export function createTitleTables(db: SqlDatabase): void {
  db.exec(`
    -- arrays that are read whole, in parts
    CREATE TABLE title_arrays(name TEXT, part INTEGER, bytes BLOB, PRIMARY KEY(name, part)) WITHOUT ROWID;
    -- word id -> first table entry of each title with that word, ascending, 4 bytes each
    CREATE TABLE title_words(id INTEGER PRIMARY KEY, titles BLOB);
    -- two letters -> ids of the words in which they are neighbours, ascending, 4 bytes each
    CREATE TABLE title_letter_pairs(pair INTEGER PRIMARY KEY, words BLOB);
  `);
}

/** Keeps an array. */
export function saveArray(db: SqlDatabase, name: string, values: PackedArray): void {
  const insert = db.prepare("INSERT INTO title_arrays(name, part, bytes) VALUES (?, ?, ?)");
  const bytes = bytesOf(values);
  for (let part = 0; part * partBytes < bytes.length; part += 1) {
    insert.run(name, part, bytes.subarray(part * partBytes, (part + 1) * partBytes));
  }
}

/** Reads the bytes of a kept array, a part a step; empty when there is none of that name. */
export function* loadArray(db: SqlDatabase, name: string): Steps<ArrayBuffer> {
  const total = db.prepare(
    "SELECT coalesce(sum(length(bytes)), 0) FROM title_arrays WHERE name = ?",
  );
  const length = Number(total.get(name)?.[0] ?? 0);
  const select = db.prepare("SELECT bytes FROM title_arrays WHERE name = ? AND part = ?");
  const whole = new Uint8Array(length);
  for (let start = 0; start < length; start += partBytes) {
    const bytes = select.get(name, start / partBytes)?.[0];
    if (!(bytes instanceof Uint8Array)) throw damaged(name);
    whole.set(bytes, start);
    yield;
  }
  return whole.buffer;
}

/** The bytes of an array, without a copy; little-endian, as on every machine that Node runs on. */
export function bytesOf(values: PackedArray): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** A BLOB of 4-byte numbers as numbers; no numbers for `undefined`. */
export function numbersOf(blob: unknown): Uint32Array {
  if (!(blob instanceof Uint8Array)) return new Uint32Array(0);
  // A Buffer may begin anywhere in its memory, a Uint32Array only at a multiple of four.
  if (blob.byteOffset % 4 !== 0) return new Uint32Array(blob.slice().buffer);
  return new Uint32Array(blob.buffer, blob.byteOffset, blob.byteLength >>> 2);
}

/** The error for title tables that cannot be read. */
export function damaged(what: string): EarshotError {
  return new EarshotError(
    "bad_catalogue",
    `the title tables are damaged or from another version (${what}); build the catalogue again`,
  );
}
