/** What somebody asked for. */
export interface TitleQuery {
  /** A title as it is remembered, perhaps with the artist in it; up to 300 characters count. */
  readonly title: string;
  readonly artist?: string | undefined;
}

/** One way to understand a query. */
export interface Reading {
  readonly title: string;
  readonly artist?: string | undefined;
}

const maxQueryLength = 300;
const maxReadings = 24;
const maxSplits = 4;

const controlQuotes: Readonly<Record<string, string>> = {
  "\u0018": "'",
  "\u0019": "'",
  "\u001C": '"',
  "\u001D": '"',
  "\u0013": "-",
};
const untidy = /[\0-\x1f\x7f]|\s\s|^\s|\s$/u;
const controls = /[\0-\x1f\x7f]/gu;
const quoted = /["“„«”]([^"“”„«»]{1,200})["”“»]/u;
const dash = /\s[-‐‑–—―|/]{1,3}\s|\s?[–—|]\s?|:\s/gu;
const by = /\s(?:by|from)\s/giu;
const foreignBy = /\s(?:von|de|del|di|da|par|por|van|av|door|fra)\s/giu;
const trailingConnective = /^[\s,:-]*(?:(?:by|from|von|de|par|por|di|van|av)\s)?\s*|[\s,:-]+$/giu;
const please = /\s(?:please|bitte|por favor|s'il (?:te|vous) pla[iî]t|per favore)[.!?]*$/iu;
const command = new RegExp(
  [
    String.raw`^(?:(?:hey|ok|okay|please|bitte)[\s,]+)?(?:can you |could you |would you |kannst du )?`,
    "(?:play(?: me)?|put on|listen to|find me|search for|look up|i want to hear|",
    "i(?:'d| would) like to hear|let me hear|what sounds like|what is like|",
    "(?:something|anything|songs?|music|tracks?|more) (?:like|similar to)|similar to|",
    "spiele?|ich m[oö]chte|joue|mets|pon(?:me)?|toca|reproduce|metti|suona|speel)",
    String.raw`\s+(?:(?:the |a |das |den |la |el |il |le )?(?:song|track|tune|titel|lied|chanson|canci[oó]n|canzone)\s+)?`,
    "(?:called |named |namens )?",
  ].join(""),
  "iu",
);

/**
 * The ways to understand a query, the most literal first: as it is, a title in quotes, without
 * "play …", and taken apart at dashes and at "by" into title and artist.
 *
 * At most 24, made one at a time. Which of them is meant only the catalogue can tell.
 */
export function* readQuery(query: TitleQuery): Generator<Reading> {
  const explicit = query.artist === undefined ? "" : clean(query.artist);
  const seen = new Set<string>();
  for (const reading of possibleReadings(clean(query.title))) {
    const title = reading.title.trim();
    // An artist that was given on its own overrules one in the text.
    const artist = explicit === "" ? reading.artist?.trim() : explicit;
    const key = `${title}\n${artist ?? ""}`;
    if (title === "" || seen.has(key)) continue;
    if (seen.size === maxReadings) return;
    seen.add(key);
    yield { title, artist };
  }
}

function* possibleReadings(text: string): Generator<Reading> {
  yield { title: text };
  const spoken = text.replace(please, "").replace(command, "");
  const texts = spoken === text || spoken === "" ? [text] : [text, spoken];
  if (spoken !== text) yield { title: spoken };
  for (const whole of texts) {
    yield* readQuoted(whole);
    for (const [left, right] of splitsAt(whole, dash)) {
      yield { title: right, artist: left };
      yield { title: left, artist: right };
    }
  }
  for (const separator of [by, foreignBy]) {
    for (const whole of texts.toReversed()) {
      // The last "by" first: "Stand by Me by Ben E. King".
      for (const [title, artist] of splitsAt(whole, separator).reverse()) yield { title, artist };
    }
  }
}

function* readQuoted(text: string): Generator<Reading> {
  const match = quoted.exec(text);
  const title = match?.[1];
  if (match === null || title === undefined || title.trim() === "") return;
  const before = text.slice(0, match.index).replace(command, "");
  const rest = `${before} ${text.slice(match.index + match[0].length)}`.trim();
  const artist = rest.replaceAll(trailingConnective, "").trim();
  yield artist === "" ? { title } : { title, artist };
}

function splitsAt(text: string, separator: RegExp): [string, string][] {
  const splits: [string, string][] = [];
  for (const match of text.matchAll(separator)) {
    const left = text.slice(0, match.index);
    const right = text.slice(match.index + match[0].length);
    if (left.trim() !== "" && right.trim() !== "") splits.push([left, right]);
    if (splits.length >= maxSplits) break;
  }
  return splits;
}

function clean(text: string): string {
  const start = text.slice(0, maxQueryLength);
  if (!untidy.test(start)) return start;
  return start
    .replace(controls, (control) => controlQuotes[control] ?? " ")
    .replaceAll(/\s+/gu, " ")
    .trim();
}
