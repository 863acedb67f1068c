/** A normalised title, taken apart. */
export interface TitleParts {
  /** The title without notes on the release. */
  readonly body: string;
  /**
   * Another wording that people use: with the bracketed words that are part of the song's name
   * ("don't you forget about me"), without those that open it ("satisfaction"), or up to a dash.
   */
  readonly otherBody: string | undefined;
  /** What was dropped: "live", "2009 remaster". */
  readonly notes: readonly string[];
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** Any of these makes a bracket a note on the release. */
const releaseWords = words(
  "live remaster remastered remasterizado remasterisé version versión versao edit edited mix remix " +
    "remixed rmx mono stereo demo acoustic acústico instrumental karaoke explicit unplugged " +
    "rerecorded outtake session sessions soundtrack bootleg dub mixed lp ep ost radio album single " +
    "bonus extended digital clean vivo directo medley cover rehearsal alternate unreleased " +
    "feat ft featuring vocal acapella cappella theme",
);
/** These may stand beside one of the above in " - 2009 Digital Remaster". */
const companions = words(
  "the a of from at in on original single album radio extended digital bonus track deluxe edition " +
    "full short long new old us uk english spanish club 12 7 inch and early take music video " +
    "studio dub vocal digitally previously unreleased anniversary series release ep lp",
);
const strongEndings = words(
  "live remaster remastered version versión edit mix remix rmx mono stereo demo acoustic " +
    "instrumental karaoke unplugged session sessions mixed edited explicit directo vivo original",
);
const livePlaces = words("at in from on");
/** With one of these at an end, trailing words of an existing title may be notes. */
const bareEndings = words(
  "live remaster remastered version versión edit mix remix rmx mono stereo demo acoustic edited " +
    "instrumental karaoke unplugged session sessions mixed explicit album radio dub vocal track original vivo",
);
const bareBeginnings = words("live version remix bonus directo instrumental remastered digital");
const maxBareNoteWords = 8;
const maxSuffixWords = 12;
const hasBracketOrDash = /[([{【]| - /u;
const opening = "([{【";
const closing = ")]}】";
const suffixSeparator = " - ";
const trailingArticle = /[,_] (?:the|an?|le|la|les|der|die|das|el|los|las)$/u;

/**
 * Separates a title from notes on its release: brackets after the title, and endings such as
 * " - 2009 Remaster". A title that consists of nothing else keeps it.
 *
 * @param normalised what `normaliseText` returned
 */
export function splitNotes(normalised: string): TitleParts {
  const notes: string[] = [];
  const unsuffixed = cutSuffixes(normalised, notes);
  if (!hasBracketOrDash.test(unsuffixed)) return { body: unsuffixed, otherBody: undefined, notes };
  const pieces = splitBrackets(unsuffixed);
  const release = pieces.filter((piece) => piece.isBracket && isReleaseNote(piece.text));
  const kept = pieces.filter((piece) => !release.includes(piece));
  const outside = kept.filter((piece) => !piece.isBracket);
  notes.push(...release.map((piece) => piece.text));
  const everything = join(kept);
  const dash = everything.indexOf(suffixSeparator);
  if (outside.every((piece) => !hasWord(piece.text))) {
    return { body: everything === "" ? unsuffixed : everything, otherBody: undefined, notes };
  }
  if (outside.length === kept.length) {
    const head = dash > 0 ? everything.slice(0, dash) : undefined;
    return { body: everything, otherBody: head, notes };
  }
  const bare = join(outside);
  if (kept[0]?.isBracket === true) return { body: everything, otherBody: bare, notes };
  notes.push(...kept.filter((piece) => piece.isBracket).map((piece) => piece.text));
  return { body: bare, otherBody: everything, notes };
}

interface Piece {
  readonly text: string;
  readonly isBracket: boolean;
}

/** Text outside and inside brackets, in order; an unclosed bracket reaches to the end. */
function splitBrackets(text: string): Piece[] {
  const pieces: Piece[] = [];
  let start = 0;
  let depth = 0;
  const push = (end: number, isBracket: boolean) => {
    const piece = text.slice(start, end).trim();
    if (piece !== "") pieces.push({ text: piece, isBracket });
    start = end + 1;
  };
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (opening.includes(character)) {
      if (depth === 0) push(index, false);
      depth += 1;
    } else if (closing.includes(character) && depth > 0) {
      depth -= 1;
      if (depth === 0) push(index, true);
    }
  }
  push(text.length, depth > 0);
  return pieces;
}

function cutSuffixes(text: string, notes: string[]): string {
  let rest = text.trim();
  for (;;) {
    const position = rest.lastIndexOf(suffixSeparator);
    if (position <= 0) break;
    const suffix = rest.slice(position + suffixSeparator.length);
    if (!hasWord(rest.slice(0, position)) || !isReleaseSuffix(suffix)) break;
    notes.push(suffix);
    rest = rest.slice(0, position).trim();
  }
  const article = trailingArticle.exec(rest)?.[0];
  if (article === undefined || !hasWord(rest.slice(0, -article.length))) return rest;
  return `${article.slice(2)} ${rest.slice(0, -article.length)}`;
}

/**
 * Where notes on the release may begin in a title that lost its punctuation ("comme toi live"),
 * the shortest notes first. Whether they are notes only the catalogue can tell.
 *
 * @param words of a folded title
 */
export function bareNoteStarts(words: readonly string[]): number[] {
  const starts: number[] = [];
  for (let start = words.length - 1; start > 0; start -= 1) {
    const first = words[start] ?? "";
    const last = words.at(-1) ?? "";
    const isLong = words.length - start > maxBareNoteWords;
    if (!isLong && (bareBeginnings.has(first) || bareEndings.has(last))) starts.push(start);
  }
  return starts;
}

function isReleaseNote(text: string): boolean {
  const list = wordsOf(text);
  const first = list[0] ?? "";
  if (list.length === 0 || first === "with" || first === "from") return true;
  return list.some((word) => releaseWords.has(word)) || list.every(isYear);
}

/** Stricter than for a bracket: "Wings - Live and Let Die" is an artist and a title. */
function isReleaseSuffix(text: string): boolean {
  const list = wordsOf(text);
  const [first = "", second = ""] = list;
  const last = list.at(-1) ?? "";
  if (list.length === 0 || list.length > maxSuffixWords) return false;
  if (first === "feat" || first === "ft" || first === "featuring") return true;
  if (first === "live" && livePlaces.has(second)) return true;
  if (strongEndings.has(last) && (list.length > 1 || last !== "karaoke")) return true;
  const isNote = (word: string) =>
    strongEndings.has(word) || companions.has(word) || isYear(word) || /^\d{1,2}$/u.test(word);
  return list.every(isNote) && list.some((word) => strongEndings.has(word));
}

function join(pieces: readonly Piece[]): string {
  return pieces.map((piece) => piece.text).join(" ");
}

function wordsOf(text: string): string[] {
  return text.split(/[^\p{L}\p{N}\p{M}]+/u).filter((word) => word !== "");
}

function hasWord(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

function isYear(word: string): boolean {
  return /^(?:19|20)\d\d$/u.test(word);
}
