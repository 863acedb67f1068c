import type { SongInput } from "../../src/catalogue/song-input.js";
import { createRandom, type Random } from "../titles/random.js";

const CLUSTERS = 60;
const SYLLABLES = 90;
const WORDS = 20_000;

/**
 * Invents songs whose features lie in clusters, as real ones do, the same in every run.
 *
 * 5 % share all features with the song before, 1 % repeat its recording, 1 % have no tempo and
 * 20 % no year; every artist has about 15 songs.
 *
 * @param options `extraFeatures`: more columns of 0 to 1 beside the four classic ones
 */
export function* generateSongs(
  count: number,
  seed = 1,
  { extraFeatures = [] }: { readonly extraFeatures?: readonly string[] } = {},
): Generator<SongInput> {
  const random = createRandom(seed);
  const words = inventWords(random, Math.min(WORDS, 4 * count));
  const clusters = Array.from({ length: CLUSTERS }, () => inventCluster(random, extraFeatures));
  let previous: SongInput | undefined;
  for (let row = 0; row < count; row++) {
    const kind = random.next();
    if (previous !== undefined && kind < 0.01) {
      yield previous;
      continue;
    }
    const sharesFeatures = previous !== undefined && kind < 0.06;
    const cluster = clusters[random.below(CLUSTERS)] ?? inventCluster(random, extraFeatures);
    previous = {
      id: `song-${row}`,
      title: inventName(random, words, 1 + random.below(4)),
      artist: `${inventName(random, words, 1)} ${random.below(Math.ceil(count / 1500))}`,
      year: random.next() < 0.2 ? undefined : 1950 + random.below(75),
      features:
        sharesFeatures && previous !== undefined
          ? previous.features
          : inventFeatures(random, cluster),
    };
    yield previous;
  }
}

interface Cluster {
  readonly tempo: number;
  readonly energy: number;
  readonly danceability: number;
  readonly loudness: number;
  readonly width: number;
  readonly extra: Readonly<Record<string, number>>;
}

function inventCluster(random: Random, extraFeatures: readonly string[]): Cluster {
  return {
    tempo: 60 + 130 * random.next(),
    energy: random.next(),
    danceability: random.next(),
    loudness: -20 + 17 * random.next(),
    width: 0.2 + random.next(),
    extra: Object.fromEntries(extraFeatures.map((name) => [name, random.next()])),
  };
}

function inventFeatures(random: Random, cluster: Cluster): Record<string, number> {
  const near = (middle: number, width: number) => middle + gaussian(random) * width * cluster.width;
  const unit = (middle: number) => Math.max(0, Math.min(1, near(middle, 0.12)));
  const tempo = Math.max(40, near(cluster.tempo, 12));
  const rounded = (value: number) => Math.round(value * 1000) / 1000;
  return {
    ...Object.fromEntries(
      Object.entries(cluster.extra).map(([name, middle]) => [name, rounded(unit(middle))]),
    ),
    ...(random.next() < 0.01 ? {} : { tempo: rounded(tempo) }),
    energy: rounded(unit(cluster.energy)),
    danceability: rounded(unit(cluster.danceability)),
    loudness: rounded(near(cluster.loudness, 2)),
  };
}

/** Box and Muller's transform. */
function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

function inventWords(random: Random, count: number): readonly string[] {
  const consonants = "bcdfghjklmnprstvwz".split("");
  const syllables = Array.from(
    { length: SYLLABLES },
    (_, index) => `${consonants[index % consonants.length] ?? "b"}${"aeiou"[index % 5] ?? "a"}`,
  );
  return Array.from({ length: count }, () =>
    Array.from(
      { length: 1 + random.below(4) },
      () => syllables[random.below(SYLLABLES)] ?? "la",
    ).join(""),
  );
}

/** Squaring makes some words common and most rare, as in titles. */
function inventName(random: Random, words: readonly string[], length: number): string {
  return Array.from(
    { length },
    () => words[Math.floor(random.next() ** 3 * words.length)] ?? "la",
  ).join(" ");
}
