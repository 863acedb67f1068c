import { encodeSong, type SongJson } from "./contract/encode-reply.js";
import type { Song } from "./recommender/song-source.js";

/** So many texts are kept, about 100 bytes each; a power of two. */
const mostKept = 131_072;

/**
 * Encodes songs for replies and keeps the texts, because the same songs are sent again and again.
 *
 * A song has one place, which it shares with the ordinals that equal it modulo the size: bounded
 * like an LRU and without an LRU's bookkeeping at every hit.
 *
 * @param size how many songs there are
 * @param read the songs of these ordinals, in their order
 */
export function createEncodedSongs(
  size: number,
  read: (ordinals: readonly number[]) => readonly Song[],
): (ordinals: readonly number[]) => readonly SongJson[] {
  const mask = mostKept - 1;
  const owners = new Int32Array(Math.min(size, mostKept)).fill(-1);
  const texts: SongJson[] = Array.from({ length: owners.length }, () => "");

  return (ordinals) => {
    const found = ordinals.map((ordinal) =>
      owners[ordinal & mask] === ordinal ? texts[ordinal & mask] : undefined,
    );
    if (!found.includes(undefined)) return found.map((text) => text ?? "");
    const missing = ordinals.filter((_, index) => found[index] === undefined);
    const encoded = read(missing).map(encodeSong);
    let next = 0;
    return ordinals.map((ordinal, index) => {
      const known = found[index];
      if (known !== undefined) return known;
      const text = encoded[next++] ?? "";
      owners[ordinal & mask] = ordinal;
      texts[ordinal & mask] = text;
      return text;
    });
  };
}
