/** A unit that a column's name states. */
export type NamedUnit = "ms" | "s" | "min" | "bpm" | "db" | "lufs" | "percent" | "other";

/** A column's name in one spelling, and the unit that it stated. */
export interface HeaderName {
  /** Lower case without accents, words joined by `_`: "Beats Per Minute (BPM)" is `beats_per_minute`. */
  readonly key: string;
  readonly unit: NamedUnit | undefined;
}

const units: ReadonlyMap<string, NamedUnit> = new Map([
  ["ms", "ms"],
  ["msec", "ms"],
  ["millis", "ms"],
  ["milliseconds", "ms"],
  ["s", "s"],
  ["sec", "s"],
  ["secs", "s"],
  ["seconds", "s"],
  ["sekunden", "s"],
  ["secondes", "s"],
  ["segundos", "s"],
  ["min", "min"],
  ["mins", "min"],
  ["minutes", "min"],
  ["minuten", "min"],
  ["bpm", "bpm"],
  ["db", "db"],
  ["dbfs", "db"],
  ["lufs", "lufs"],
  ["lkfs", "lufs"],
  ["percent", "percent"],
  ["pct", "percent"],
  ["percentage", "percent"],
  ["prozent", "percent"],
  ["hz", "other"],
  ["sone", "other"],
  ["sones", "other"],
]);

const pluralBrackets = /(?<=\p{L})\((?:s|es|en|e)\)/giu;
const brackets = /[([{]([^)\]}]*)[)\]}]/gu;
const camelHump = /(?<=[\p{Ll}\d])(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu;

/**
 * Brings a column's name into one spelling: camelCase, snake_case, blanks, dots and R's mangled
 * brackets ("Loudness..dB..") come out alike, and a unit at the end or in brackets is taken off.
 */
export function foldHeader(name: string): HeaderName {
  let unit: NamedUnit | undefined = name.includes("%") ? "percent" : undefined;
  const bare = name
    .slice(0, longestName)
    .replace(pluralBrackets, "s")
    .replace(brackets, (_whole, inner: string) => {
      unit ??= units.get(foldWords(inner));
      return " ";
    });
  const words = foldWords(bare).split("_");
  const last = words.length > 1 ? units.get(words.at(-1) ?? "") : undefined;
  if (last !== undefined) words.pop();
  return { key: words.join("_").replace(/_(?=\d+$)/u, ""), unit: unit ?? last };
}

/** Names are short; a longer one is a file that is no table. */
const longestName = 300;

function foldWords(text: string): string {
  return text
    .replaceAll("ß", "ss")
    .replaceAll(/(?<!\p{L})dB/gu, "db")
    .replace(camelHump, "_")
    .normalize("NFKD")
    .replaceAll(/\p{Mn}/gu, "")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, "_")
    .replaceAll(/^_+|_+$/gu, "");
}

/** First words that only say what kind of thing is meant: `track_tempo`, `audio_features.tempo`. */
const framing =
  /^(?:track|song|audio|features?|spotify|metadata|meta|data|items?|analysis|attributes|af)_(?=.)/u;

/** The key itself, then the key without one framing word after the other. */
export function framedKeys(key: string): readonly string[] {
  const keys = [key];
  for (let rest = key; framing.test(rest);) {
    rest = rest.replace(framing, "");
    keys.push(rest);
  }
  return keys;
}
