import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createNearestPicks } from "../../src/recommender/nearest-picks.js";
import { rankNeighbours, type RankOptions } from "../../src/recommender/rank.js";
import type { SongSource } from "../../src/recommender/song-source.js";
import { createFakeSource, type FakeSong } from "./song-source-fake.js";

/** Songs of one work are by one artist, as in a catalogue. */
const songs = fc.array(
  fc
    .record({
      work: fc.nat(40),
      year: fc.option(fc.integer({ min: 1950, max: 2020 }), { nil: undefined }),
      place: fc.nat(30),
    })
    .map((song) => ({ ...song, artist: song.work % 8 })),
  { minLength: 1, maxLength: 120 },
);

/** The definition in its plainest form: sort everything, take what may be taken. */
function expectedOrdinals(
  catalogue: readonly FakeSong[],
  seed: number,
  options: RankOptions,
): readonly number[] {
  const source = createFakeSource(catalogue);
  const works = new Set([source.workOf(seed)]);
  const artists = new Map<number, number>();
  const taken: number[] = [];
  for (const { ordinal } of source.nearest(seed, catalogue.length)) {
    const year = source.valueOf(ordinal, "year");
    const range = options.filters?.["year"];
    if (range !== undefined && (year === undefined || year < range[0] || year > range[1])) continue;
    const artist = source.artistOf(ordinal);
    if (works.has(source.workOf(ordinal))) continue;
    if ((artists.get(artist) ?? 0) >= (options.maxPerArtist ?? Number.POSITIVE_INFINITY)) continue;
    works.add(source.workOf(ordinal));
    artists.set(artist, (artists.get(artist) ?? 0) + 1);
    taken.push(ordinal);
  }
  return taken.slice(0, options.limit);
}

test("the results are those of the plain definition, whatever the options", () => {
  const options = fc.record({
    limit: fc.integer({ min: 1, max: 30 }),
    maxPerArtist: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    filters: fc.option(
      fc
        .tuple(fc.integer({ min: 1950, max: 2020 }), fc.integer({ min: 1950, max: 2020 }))
        .map(([a, b]) => ({ year: [Math.min(a, b), Math.max(a, b)] as const })),
      { nil: undefined },
    ),
  });
  fc.assert(
    fc.property(songs, fc.nat(), options, (catalogue, pick, wanted) => {
      const seed = pick % catalogue.length;
      const ranked = rankNeighbours(createFakeSource(catalogue), seed, wanted);
      assert.deepEqual(
        ranked.map(({ ordinal }) => ordinal),
        expectedOrdinals(catalogue, seed, wanted),
      );
    }),
    { numRuns: 100 },
  );
});

test("a filter that few of many songs pass is answered from every song", () => {
  const catalogue = Array.from({ length: 20_000 }, (_, index) => ({
    work: index,
    artist: index,
    year: index % 5000 === 4999 ? 1999 : 1970,
    place: index,
  }));
  const ranked = rankNeighbours(createFakeSource(catalogue), 0, {
    limit: 10,
    filters: { year: [1999, 1999] },
  });
  assert.deepEqual(
    ranked.map(({ ordinal }) => ordinal),
    [4999, 9999, 14_999, 19_999],
  );
});

/** The same songs, as a catalogue with too many of them for the index gives them: all, in its order. */
test("songs that are offered in any order are picked as if the nearest had come first", () => {
  const options = fc.record({
    limit: fc.integer({ min: 1, max: 30 }),
    maxPerArtist: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(songs, fc.nat(), options, (catalogue, pick, wanted) => {
      const seed = pick % catalogue.length;
      const source = createFakeSource(catalogue);
      const picks = createNearestPicks(source, seed, wanted);
      source.scan(seed, { accept: () => true, offer: picks.offer });
      assert.deepEqual(
        picks.picked().map(({ ordinal }) => ordinal),
        expectedOrdinals(catalogue, seed, wanted),
      );
    }),
    { numRuns: 200 },
  );
});

test("where few artists have all the songs, each song is looked at once", () => {
  const catalogue = Array.from({ length: 20_000 }, (_, index) => ({
    work: index,
    artist: index % 50,
    year: undefined,
    place: (index * 7919) % 20_011,
  }));
  const source = createFakeSource(catalogue);
  let compared = 0;
  const counted: SongSource = {
    ...source,
    scan: (seed, { accept, offer }) => {
      source.scan(seed, {
        accept,
        offer: (ordinal, distance) => {
          compared += 1;
          offer(ordinal, distance);
        },
      });
    },
  };
  const wanted = { limit: 100, maxPerArtist: 1 };
  assert.deepEqual(
    rankNeighbours(counted, 0, wanted).map(({ ordinal }) => ordinal),
    expectedOrdinals(catalogue, 0, wanted),
  );
  assert.equal(compared, 19_999);
});
