import { foldWords } from "./fold-words.js";
import { normaliseText } from "./normalise-text.js";
import { splitNotes } from "./notes.js";

/** What is compared when titles are compared. */
export interface FoldedTitle {
  /** The title's words in one spelling, blank-separated, without notes on the release. */
  readonly key: string;
  /** The key without a leading article; titles whose cores agree differ in an article at most. */
  readonly core: string;
  /** The core of another common wording ("satisfaction" for "(I Can't Get No) Satisfaction"). */
  readonly otherCore: string | undefined;
  /** Notes on the release in one spelling ("live", "2009 remaster"); empty when there are none. */
  readonly notes: string;
}

const articles: ReadonlySet<string> = new Set(
  "the a an le la les l un une der die das ein eine el los las lo il gli uno una".split(" "),
);
const featuring: ReadonlySet<string> = new Set(["feat", "ft", "featuring"]);
const digits = /^\d+$/u;
const blanks = /\s+/gu;
const letterMarkedI = /(?<=\p{L})!(?=\p{L})/gu;
const nameThe = /^(.*[^\s,_])[,_] the$/u;
const artistSeparator = /;|\s\/\s|\swith\s|\svs\.?\s/u;
const partNote = /\d|\bpart\b|\breprise\b|\binterlude\b|\bintro\b|\boutro\b/u;

/**
 * Folds a title to what people who remember it would agree on.
 *
 * Folding the key again gives the same key. Text that has no letters or digits ("???") keeps itself
 * as the key; only blank text has an empty key.
 */
export function foldTitle(text: string): FoldedTitle {
  const normalised = normaliseText(text);
  const parts = splitNotes(normalised);
  const words = withoutFeatured(foldWords(parts.body));
  if (words.length === 0) {
    const fallback = normalised.replace(blanks, " ").trim();
    return { key: fallback, core: fallback, otherCore: undefined, notes: "" };
  }
  const core = withoutArticle(words).join(" ");
  const otherCore =
    parts.otherBody === undefined
      ? undefined
      : withoutArticle(withoutFeatured(foldWords(parts.otherBody))).join(" ");
  return {
    key: words.join(" "),
    core,
    otherCore: otherCore === core || otherCore === "" ? undefined : otherCore,
    notes: parts.notes.length === 0 ? "" : foldWords(parts.notes.join(" ")).join(" "),
  };
}

/**
 * Folds an artist's name: as a title's key, without a leading article, without featured guests.
 *
 * A name without letters or digits ("!!!") keeps itself.
 */
export function foldArtist(text: string): string {
  let normalised = normaliseText(text);
  if (normalised.includes("!")) normalised = normalised.replace(letterMarkedI, "i");
  const name = normalised.endsWith(" the") ? normalised.replace(nameThe, "the $1") : normalised;
  const words = withoutArticle(withoutFeatured(foldWords(name)));
  return words.length === 0 ? normalised.replace(blanks, " ").trim() : words.join(" ");
}

/**
 * The same text for every release of one song by one main artist (live, remastered, edited …), to
 * show a song once. Parts of a work ("Part 1", "Part 2") are different songs.
 */
export function workKey(title: string, artist: string): string {
  return workOf(foldTitle(title), mainArtist(artist));
}

/** The same text for every spelling of the artist who comes first, without guests and blanks. */
export function mainArtist(artist: string): string {
  return squeeze(foldArtist(normaliseText(artist).split(artistSeparator)[0] ?? ""));
}

/** `workKey` of what has been folded already. */
export function workOf(title: FoldedTitle, artist: string): string {
  const part = title.otherCore !== undefined && partNote.test(title.notes);
  return `${artist}\n${squeeze((part ? title.otherCore : undefined) ?? title.core)}`;
}

/** A folded text without its blanks: "back stage" and "backstage" are one. */
export function squeeze(folded: string): string {
  return folded.replaceAll(" ", "");
}

function withoutArticle(words: readonly string[]): readonly string[] {
  return words.length > 1 && articles.has(words[0] ?? "") ? words.slice(1) : words;
}

/** Cuts from "feat." on; "6 ft" is a height. */
function withoutFeatured(words: readonly string[]): readonly string[] {
  const position = words.findIndex(
    (word, index) =>
      index > 0 &&
      index + 1 < words.length &&
      featuring.has(word) &&
      !(word === "ft" && digits.test(words[index - 1] ?? "")),
  );
  return position === -1 ? words : words.slice(0, position);
}
