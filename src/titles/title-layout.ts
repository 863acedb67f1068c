import { bucketCountFor, type TitleTable } from "./title-table.js";
import type { GatheredTitles } from "./title-writer.js";

/** A title table without weights, and which gathered entry each of its entries came from. */
export interface TitleLayout extends Omit<TitleTable, "weight"> {
  readonly source: Uint32Array;
}

/** Sorts the gathered entries by bucket, fingerprint and ordinal. */
export function layOutTitles(gathered: GatheredTitles): TitleLayout {
  const entryCount = gathered.ordinal.length;
  const bucketCount = bucketCountFor(entryCount);
  const directory = countBuckets(gathered.hashHigh, bucketCount);
  const source = spread(gathered.hashHigh, directory);
  for (let bucket = 0; bucket < bucketCount; bucket += 1) {
    source.subarray(directory[bucket], directory[bucket + 1]).sort((a, b) => {
      const byFingerprint = (gathered.hashLow[a] ?? 0) - (gathered.hashLow[b] ?? 0);
      return byFingerprint || (gathered.ordinal[a] ?? 0) - (gathered.ordinal[b] ?? 0);
    });
  }
  return {
    entryCount,
    directory,
    source,
    fingerprint: source.map((entry) => gathered.hashLow[entry] ?? 0),
    ordinal: source.map((entry) => gathered.ordinal[entry] ?? 0),
    artistHash: Uint16Array.from(source, (entry) => gathered.artistHash[entry] ?? 0),
    popularity: Uint8Array.from(source, (entry) => gathered.popularity[entry] ?? 0),
    tags: Uint8Array.from(source, (entry) => gathered.tags[entry] ?? 0),
  };
}

/** The first entry of each bucket, and the end. */
function countBuckets(hashHigh: Uint32Array, bucketCount: number): Uint32Array {
  const directory = new Uint32Array(bucketCount + 1);
  for (const high of hashHigh) {
    const next = (high & (bucketCount - 1)) + 1;
    directory[next] = (directory[next] ?? 0) + 1;
  }
  for (let bucket = 1; bucket <= bucketCount; bucket += 1) {
    directory[bucket] = (directory[bucket] ?? 0) + (directory[bucket - 1] ?? 0);
  }
  return directory;
}

/** Entries in the order of their buckets. */
function spread(hashHigh: Uint32Array, directory: Uint32Array): Uint32Array {
  const next = directory.slice();
  const source = new Uint32Array(hashHigh.length);
  for (let entry = 0; entry < hashHigh.length; entry += 1) {
    const bucket = (hashHigh[entry] ?? 0) & (directory.length - 2);
    const position = next[bucket] ?? 0;
    source[position] = entry;
    next[bucket] = position + 1;
  }
  return source;
}
