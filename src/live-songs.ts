import type { Catalogue } from "./catalogue/catalogue.js";
import { createEncodedSongs } from "./encoded-songs.js";
import type { SongSource } from "./recommender/song-source.js";
import { createExplain } from "./sound/why.js";
import { resolveTitle } from "./titles/resolve.js";

/**
 * Fits a catalogue to what the recommender needs: its songs and neighbours, the title resolver, and
 * the words for a difference.
 */
export function createLiveSongs(catalogue: Catalogue): SongSource {
  return {
    ...catalogue,
    encodedSongs: createEncodedSongs(catalogue.size, (ordinals) => catalogue.songs(ordinals)),
    resolve: (query) => resolveTitle(catalogue.titles, query),
    explain: createExplain((feature) => catalogue.column(feature)),
  };
}
