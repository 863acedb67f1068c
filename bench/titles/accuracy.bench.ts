import { knownTitles, measureRecall, measureRejection, type KindResult } from "./accuracy.js";
import { indexSongs } from "./open-songs.js";
import { createRandom } from "./random.js";
import {
  readGenreExcerpt,
  readMillionSongSubset,
  readSpotifyTracks,
  readTopHits,
  readUniqueTracks,
  type FileSong,
} from "./song-files.js";

/** Right and wrong answers on the public song files, by kind of query; skips files not at hand. */
const perKind = Number(process.env["EARSHOT_BENCH_QUERIES"] ?? 1000);
const showFailures = Number(process.env["EARSHOT_BENCH_FAILURES"] ?? 0);
const seed = 7;
const catalogues: readonly (readonly [string, readonly FileSong[] | undefined])[] = [
  ["million_song_subset", readMillionSongSubset()],
  ["genre_excerpt", readGenreExcerpt()],
  ["top_hits", readTopHits()],
  ["spotify_c", readSpotifyTracks()],
];
const absentSources: readonly (readonly [string, readonly FileSong[] | undefined])[] = [
  ["unique_tracks", readUniqueTracks()],
  ["spotify_c", readSpotifyTracks()],
  ["top_hits", readTopHits()],
];

for (const [catalogue, songs] of catalogues) {
  if (songs === undefined) {
    console.log(JSON.stringify({ bench: "titles", catalogue, skipped: "file not at hand" }));
    continue;
  }
  const { db, index } = indexSongs(songs);
  const known = knownTitles(songs);
  const results = measureRecall(index, songs, { perKind, seed, known });
  for (const [source, others] of absentSources) {
    if (source === catalogue || others === undefined) continue;
    const titles = sample([...new Set(others.map(({ title }) => title))], 2 * perKind);
    const absent = titles.filter((title) => title.trim() !== "" && !known.has(title));
    results.push(measureRejection(index, absent, `absent_${source}`));
  }
  const recall = results.filter(({ kind }) => !kind.startsWith("absent"));
  results.push(total(recall, "all_present"));
  for (const result of results) print(catalogue, result);
  db.close();
}

function print(catalogue: string, { kind, asked, right, wrong, failures }: KindResult): void {
  const share = (count: number) => Math.round((10_000 * count) / Math.max(1, asked)) / 100;
  console.log(
    JSON.stringify({
      bench: "titles",
      figure: kind,
      value: share(right),
      unit: "% right",
      catalogue,
      asked,
      wrong: share(wrong),
    }),
  );
  for (const failure of failures.slice(0, showFailures)) console.log(`    ${failure}`);
}

function total(results: readonly KindResult[], kind: string): KindResult {
  const sum = (of: (result: KindResult) => number) =>
    results.reduce((before, result) => before + of(result), 0);
  return {
    kind,
    asked: sum(({ asked }) => asked),
    right: sum(({ right }) => right),
    wrong: sum(({ wrong }) => wrong),
    failures: [],
  };
}

function sample<T>(items: readonly T[], count: number): T[] {
  const random = createRandom(seed);
  return items
    .map((item) => ({ item, order: random.next() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, count)
    .map(({ item }) => item);
}
