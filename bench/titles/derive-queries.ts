import type { SongText } from "../../src/titles/title-index.js";
import type { Random } from "./random.js";
import { spellNumbers } from "./spell-numbers.js";

/** Ways in which people change a title; `undefined` where the change does not apply to a song. */
export type Derivation = (song: SongText, context: DerivationContext) => string | undefined;

/** What a derivation may use. */
export interface DerivationContext {
  readonly random: Random;
  /** Number of songs of the catalogue whose titles have all these words. */
  readonly titlesWithWords: (words: readonly string[]) => number;
  readonly songCount: number;
}

const minLettersForOneTypo = 5;
const minLettersForTwoTypos = 10;
/** A word in more of the titles is no part that anybody remembers. */
const commonShare = 0.01;
const alphabet = "abcdefghijklmnopqrstuvwxyz";

/** All kinds of derived queries, by name. */
export const derivations: Readonly<Record<string, Derivation>> = {
  exact: ({ title }) => title,
  lower_case: ({ title }) => title.toLowerCase(),
  no_punctuation: ({ title }) => changed(title, withoutPunctuation(title)),
  no_accents: ({ title }) => changed(title, title.normalize("NFD").replaceAll(/\p{Mn}/gu, "")),
  one_typo: ({ title }, { random }) => typos(title, random, 1),
  two_typos: ({ title }, { random }) => typos(title, random, 2),
  artist_dash_title: ({ title, artist }) => `${artist} - ${title}`,
  title_by_artist: ({ title, artist }) => `${title} by ${artist}`,
  title_dash_artist: ({ title, artist }) => `${title} - ${artist}`,
  notes_dropped: ({ title }) => changed(title, withoutBrackets(title)),
  partial: ({ title }, context) => partOf(title, context),
  article_dropped: ({ title }) => changed(title, title.replace(/^(?:the|an?) /iu, "")),
  spoken_numbers: ({ title }) => changed(withoutNotes(title), spellNumbers(withoutNotes(title))),
};

function changed(before: string, after: string): string | undefined {
  return after.trim() === before.trim() || !/[\p{L}\p{N}]/u.test(after) ? undefined : after;
}

function withoutBrackets(title: string): string {
  return title.replaceAll(/\s*(?:\([^)]*\)?|\[[^\]]*\]?)/gu, " ").trim();
}

/** Without brackets and without what follows " - " in lists of releases. */
function withoutNotes(title: string): string {
  return withoutBrackets(title).replace(/(?<=\S) - .*$/u, "");
}

function withoutPunctuation(title: string): string {
  return title
    .replaceAll(/['’\u0018\u0019]/gu, "")
    .replaceAll(/[\p{P}\p{S}\p{Cc}]+/gu, " ")
    .replaceAll(/ +/gu, " ")
    .trim();
}

/** Inserts, deletes, replaces or swaps letters at random places of the title without its notes. */
function typos(title: string, random: Random, count: number): string | undefined {
  let text = withoutNotes(title).toLowerCase();
  const letters = text.replaceAll(/[^\p{L}]/gu, "").length;
  if (letters < (count === 1 ? minLettersForOneTypo : minLettersForTwoTypos)) return undefined;
  const before = text;
  for (let done = 0; done < count;) {
    const after = mistype(text, random);
    if (after === text) continue;
    text = after;
    done += 1;
  }
  return text === before ? undefined : text;
}

function mistype(text: string, random: Random): string {
  const at = random.below(text.length);
  const [before, letter, after] = [text.slice(0, at), text.charAt(at), text.slice(at + 1)];
  if (!/\p{L}/u.test(letter)) return text;
  const other = alphabet.charAt(random.below(alphabet.length));
  const swapped = `${before}${after.charAt(0)}${letter}${after.slice(1)}`;
  return random.pick([
    `${before}${after}`,
    `${before}${letter}${other}${after}`,
    `${before}${other}${after}`,
    /^\p{L}/u.test(after) ? swapped : text,
  ]);
}

/**
 * The shortest run of words that people would remember: at least half of the words and two of them,
 * the rarest among them, no word such as "the" at either end, and in no other title.
 */
function partOf(title: string, context: DerivationContext): string | undefined {
  const { titlesWithWords, random, songCount } = context;
  const words = withoutNotes(title).split(" ");
  if (words.length < 3) return undefined;
  const counts = words.map((word) => titlesWithWords([word]));
  const rarest = counts.indexOf(Math.min(...counts));
  const shortest = Math.max(2, Math.ceil(words.length / 2));
  for (let length = shortest; length < words.length; length += 1) {
    const starts = words.length - length + 1;
    const offset = random.below(starts);
    for (let index = 0; index < starts; index += 1) {
      const start = (offset + index) % starts;
      const part = words.slice(start, start + length);
      const hasRarest = start <= rarest && rarest < start + length;
      const ends = [counts[start] ?? 0, counts[start + length - 1] ?? 0];
      const isTelling = hasRarest && ends.every((count) => count <= commonShare * songCount);
      if (isTelling && titlesWithWords(part) === 1) return part.join(" ");
    }
  }
  return undefined;
}
