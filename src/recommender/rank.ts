import type { Neighbour, SongSource } from "./song-source.js";

/** What a result must be like. */
export interface RankOptions {
  /** How many results at most. */
  readonly limit: number;
  /** How many of them may be by one artist. */
  readonly maxPerArtist?: number | undefined;
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
    const picked = pick(source, { seed, candidates, passes, options });
    if (picked.length >= options.limit || candidates.length < count) return picked;
    count *= 4;
  }
  return rankExactly(source, seed, { passes, options });
}

function rankExactly(
  source: SongSource,
  seed: number,
  wanted: { readonly passes: (ordinal: number) => boolean; readonly options: RankOptions },
): readonly Neighbour[] {
  let count = maxIndexCandidates;
  for (;;) {
    const candidates = source.scan(seed, { accept: wanted.passes, count });
    const picked = pick(source, { seed, candidates, ...wanted });
    if (picked.length >= wanted.options.limit || candidates.length < count) return picked;
    count *= 16;
  }
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

function pick(
  source: SongSource,
  from: {
    readonly seed: number;
    readonly candidates: readonly Neighbour[];
    readonly passes: (ordinal: number) => boolean;
    readonly options: RankOptions;
  },
): readonly Neighbour[] {
  const { limit, maxPerArtist } = from.options;
  const works = new Set([source.workOf(from.seed)]);
  const perArtist = new Map<number, number>();
  const picked: Neighbour[] = [];
  for (const candidate of from.candidates) {
    const { ordinal } = candidate;
    const work = source.workOf(ordinal);
    if (works.has(work) || !from.passes(ordinal)) continue;
    if (maxPerArtist !== undefined) {
      const artist = source.artistOf(ordinal);
      const already = perArtist.get(artist) ?? 0;
      if (already >= maxPerArtist) continue;
      perArtist.set(artist, already + 1);
    }
    works.add(work);
    picked.push(candidate);
    if (picked.length === limit) break;
  }
  return picked;
}
