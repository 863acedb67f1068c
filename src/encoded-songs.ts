import { encodeSong, type SongJson } from "./contract/encode-reply.js";
import type { Song } from "./recommender/song-source.js";

/** So many texts are kept, about 100 bytes each; a power of two. */
const mostKept = 131_072;

/**
 * Encodes songs for replies and keeps the texts, because the same songs are sent again and again.
 *
 * A song has one place, which in a large catalogue it shares with the ordinals that equal it modulo
 * the number of places: bounded like an LRU and without an LRU's bookkeeping at every hit.
 *
 * @param size how many songs there are
 * @param read the songs of these ordinals, in their order
 */
export function createEncodedSongs(
  size: number,
  read: (ordinals: readonly number[]) => readonly Song[],
): (ordinals: readonly number[]) => readonly SongJson[] {
  const mask = mostKept - 1;
  const texts: (SongJson | undefined)[] = Array.from({ length: Math.min(size, mostKept) });
  /** Where all have room each has a place of its own. */
  const owners = size > mostKept ? new Int32Array(mostKept).fill(-1) : undefined;

  const textOf = (ordinal: number): SongJson | undefined => {
    const place = ordinal & mask;
    return owners === undefined || owners[place] === ordinal ? texts[place] : undefined;
  };

  return (ordinals) => {
    const found: SongJson[] = [];
    const missing: number[] = [];
    for (const ordinal of ordinals) {
      const text = textOf(ordinal);
      if (text === undefined) missing.push(found.length);
      found.push(text ?? "");
    }
    if (missing.length === 0) return found;
    const songs = read(missing.map((index) => ordinals[index] ?? 0));
    for (const [position, song] of songs.entries()) {
      const index = missing[position] ?? 0;
      const place = (ordinals[index] ?? 0) & mask;
      const text = encodeSong(song);
      found[index] = text;
      texts[place] = text;
      if (owners !== undefined) owners[place] = ordinals[index] ?? 0;
    }
    return found;
  };
}
