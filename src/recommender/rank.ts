import { createNearestPicks, type PickOptions } from "./nearest-picks.js";
import type { Neighbour, SongSource } from "./song-source.js";

/** What a result must be like. */
export interface RankOptions extends PickOptions {
  /** Closed ranges by column; a song whose value is unknown does not pass. */
  readonly filters?: Readonly<Record<string, readonly [number, number]>> | undefined;
}

/** Above this many candidates a scan over all songs costs no more than the index. */
const maxIndexCandidates = 1024;

/**
 * Picks the songs nearest to a seed: never the seed, one release of a song at most, as the filters
 * and `maxPerArtist` demand, the nearest first, ties in the catalogue's order.
 *
 * The index is asked for more than is wanted, because some of it falls away; when even many
 * candidates are not enough, every song is looked at. So there are fewer than `limit` results
 * only when the catalogue holds no more.
 */
export function rankNeighbours(
  source: SongSource,
  seed: number,
  options: RankOptions,
): readonly Neighbour[] {
  const passes = createFilter(source, options.filters);
  let count = options.limit + Math.ceil(options.limit / 4) + 4;
  while (count <= maxIndexCandidates) {
    const candidates = source.nearest(seed, count);
    const picks = createNearestPicks(source, seed, options);
    for (const { ordinal, distance } of candidates) {
      if (passes(ordinal)) picks.offer(ordinal, distance);
    }
    if (picks.isFull() || candidates.length < count) return picks.picked();
    count *= 4;
  }
  const picks = createNearestPicks(source, seed, options);
  source.scan(seed, { accept: passes, offer: picks.offer });
  return picks.picked();
}

function createFilter(
  source: SongSource,
  filters: RankOptions["filters"],
): (ordinal: number) => boolean {
  // 0.6 in single precision, as catalogues keep it, is a little more than 0.6: both ends count.
  const ranges = Object.entries(filters ?? {}).map(
    ([column, [lowest, highest]]) => [column, Math.fround(lowest), Math.fround(highest)] as const,
  );
  if (ranges.length === 0) return () => true;
  return (ordinal) =>
    ranges.every(([column, lowest, highest]) => {
      const value = source.valueOf(ordinal, column);
      return value !== undefined && value >= lowest && value <= highest;
    });
}
