import type { KeyHash } from "./key-hash.js";

/**
 * The titles' hash table as flat arrays: entries sorted by bucket, then by fingerprint, so that
 * entries of one title are neighbours. 14 bytes per entry and at most 2 more for the directory.
 */
export interface TitleTable {
  readonly entryCount: number;
  /** First entry of each bucket, and the end; one more than there are buckets (a power of two). */
  readonly directory: Uint32Array;
  readonly fingerprint: Uint32Array;
  readonly ordinal: Uint32Array;
  /** From `hashArtist`. */
  readonly artistHash: Uint16Array;
  /** 0 unknown, 1 to 255. */
  readonly popularity: Uint8Array;
  /**
   * Upper four bits: `wordingTag` of the whole key, 0 for another wording of the title; lower four:
   * `wordingTag` of the notes, 0 for none.
   */
  readonly tags: Uint8Array;
  /** Sum of the weights of the title's words, at most 65,535; the same for a whole group. */
  readonly weight: Uint16Array;
}

const entriesPerBucket = 4;

/** Number of buckets for so many entries: a power of two. */
export function bucketCountFor(entryCount: number): number {
  let buckets = 1;
  while (buckets * entriesPerBucket < entryCount) buckets *= 2;
  return buckets;
}

/** The first entry of the title with this hash, or -1. */
export function findGroup(table: TitleTable, hash: KeyHash): number {
  const bucket = hash.high & (table.directory.length - 2);
  const end = table.directory[bucket + 1] ?? 0;
  for (let entry = table.directory[bucket] ?? 0; entry < end; entry += 1) {
    if (table.fingerprint[entry] === hash.low) return entry;
  }
  return -1;
}

/** The end (exclusive) of the group that begins at `first`. */
export function groupEnd(table: TitleTable, first: number): number {
  const fingerprint = table.fingerprint[first];
  let end = first + 1;
  while (end < table.entryCount && table.fingerprint[end] === fingerprint) end += 1;
  return end;
}
