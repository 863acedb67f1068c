import { foldArtist, foldTitle, squeeze } from "../../src/titles/fold.js";
import { resolveTitle, type Resolution } from "../../src/titles/resolve.js";
import type { SongText, TitleIndex } from "../../src/titles/title-index.js";
import { derivations, type DerivationContext } from "./derive-queries.js";
import { createRandom } from "./random.js";

/** How one kind of query did. */
export interface KindResult {
  readonly kind: string;
  readonly asked: number;
  readonly right: number;
  /** Accepted, but another song. */
  readonly wrong: number;
  /** Queries that went wrong, with what was answered. */
  readonly failures: readonly string[];
}

/** Titles by their folded wordings. */
export interface KnownTitles {
  readonly has: (title: string) => boolean;
  /** Number of titles that have all these words. */
  readonly titlesWithWords: (words: readonly string[]) => number;
}

/** Remembers the titles of a catalogue, in order to judge answers. */
export function knownTitles(songs: readonly SongText[]): KnownTitles {
  const wordings = new Set<string>();
  const titlesOfWord = new Map<string, Set<string>>();
  for (const { title } of songs) {
    const cores = coresOf(title);
    const name = squeeze(cores[0] ?? "");
    for (const core of cores) {
      wordings.add(squeeze(core));
      for (const word of core.split(" ")) {
        const titles = titlesOfWord.get(word) ?? new Set();
        titlesOfWord.set(word, titles.add(name));
      }
    }
  }
  return {
    has: (title) => wordingsOf(title).some((wording) => wordings.has(wording)),
    titlesWithWords(words) {
      const sets = foldTitle(words.join(" "))
        .key.split(" ")
        .map((word) => titlesOfWord.get(word) ?? new Set<string>())
        .sort((a, b) => a.size - b.size);
      return [...(sets[0] ?? [])].filter((title) => sets.every((set) => set.has(title))).length;
    },
  };
}

/** Asks derived queries of every kind; a right answer has the title, and the artist if one was named. */
export function measureRecall(
  index: TitleIndex,
  songs: readonly SongText[],
  options: { readonly perKind: number; readonly seed: number; readonly known: KnownTitles },
): KindResult[] {
  const { titlesWithWords } = options.known;
  const asked = songs.filter(({ title }) => title.trim() !== "");
  return Object.entries(derivations).map(([kind, derive]) => {
    const random = createRandom(options.seed);
    const context: DerivationContext = { random, titlesWithWords, songCount: songs.length };
    const result = { kind, asked: 0, right: 0, wrong: 0, failures: new Array<string>() };
    for (let tries = 0; tries < asked.length && result.asked < options.perKind; tries += 1) {
      const song = asked[random.below(asked.length)];
      const query = song === undefined ? undefined : derive(song, context);
      if (song === undefined || query === undefined) continue;
      const resolution = resolveTitle(index, { title: query });
      const isRight = answers(index, resolution, { song, withArtist: kind.includes("artist") });
      result.asked += 1;
      if (isRight) result.right += 1;
      else {
        if (resolution.outcome === "accepted") result.wrong += 1;
        result.failures.push(`${query} | ${song.title} → ${describe(index, resolution)}`);
      }
    }
    return result;
  });
}

/** Asks for titles that the catalogue does not have; a right answer is "not found". */
export function measureRejection(
  index: TitleIndex,
  absent: readonly string[],
  kind: string,
): KindResult {
  const result = { kind, asked: 0, right: 0, wrong: 0, failures: new Array<string>() };
  for (const title of absent) {
    const resolution = resolveTitle(index, { title });
    result.asked += 1;
    if (resolution.outcome === "not_found") result.right += 1;
    else {
      result.wrong += 1;
      result.failures.push(`${title} → ${describe(index, resolution)}`);
    }
  }
  return result;
}

function answers(
  index: TitleIndex,
  resolution: Resolution,
  expected: { readonly song: SongText; readonly withArtist: boolean },
): boolean {
  if (resolution.outcome !== "accepted") return false;
  const found = index.songText(resolution.ordinal);
  const wordings = new Set(wordingsOf(found.title));
  if (!wordingsOf(expected.song.title).some((wording) => wordings.has(wording))) return false;
  return !expected.withArtist || foldArtist(found.artist) === foldArtist(expected.song.artist);
}

function describe(index: TitleIndex, resolution: Resolution): string {
  if (resolution.outcome === "not_found") {
    const [first] = resolution.suggestions;
    if (first === undefined) return "not found";
    return `not found (${index.songText(first.ordinal).title} ${first.score.toFixed(2)})`;
  }
  const { title, artist } = index.songText(resolution.ordinal);
  return `${title} / ${artist} (${resolution.kind} ${resolution.score.toFixed(2)})`;
}

function coresOf(title: string): string[] {
  const { core, otherCore } = foldTitle(title);
  return otherCore === undefined ? [core] : [core, otherCore];
}

function wordingsOf(title: string): string[] {
  return coresOf(title).map(squeeze);
}
