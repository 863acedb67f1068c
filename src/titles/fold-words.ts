import { foldNumbers } from "./number-words.js";

const quotedN = /'n'/gu;
const droppedG = /(?<=\p{L}{2}in)'(?!\p{L})/gu;
const dottedLetters = /(?<!\p{L})(?:\p{L}\.){2,}(?:\p{L}(?!\p{L}))?/gu;
const dollarInWord = /(?<=\p{L})\$(?=\p{L})/gu;
const thousandsSeparator = /(?<=\d)[,_.](?=\d{3}(?!\d))/gu;
const apostrophes = /'/gu;
/** Marks that stand for accents: "Joa~o". */
const lightMarks = /[~^]/gu;
const censored = /[\p{L}*]*\*[\p{L}*]*/gu;
const otherSeparators = /[^\p{L}\p{N}\p{M}&]+/gu;
const asciiSeparators = /[^a-z0-9&]+/gu;
const ascii = /^[\0-\x7f]*$/u;
const plainWords = /^[a-z0-9 ]*$/u;
const singleLetter = /^[a-z]$/u;
const hasDigit = /\d/u;
const hasAnd = /[&+]/u;
const ands = /[&+]/gu;
const roman: ReadonlyMap<string, string> = new Map(
  "i ii iii iv v vi vii viii ix x".split(" ").map((numeral, index) => [numeral, String(index + 1)]),
);
const numbered: ReadonlyMap<string, string> = new Map([
  ["part", "part"],
  ["pt", "part"],
  ["parts", "parts"],
  ["pts", "parts"],
  ["vol", "volume"],
  ["volume", "volume"],
  ["chapter", "chapter"],
  ["act", "act"],
]);
const oftenCensored = [
  "fuck fucks fucked fucker fuckers fucking fuckin motherfucker motherfuckin motherfucking shit",
  "shits shitty bullshit bitch bitches bitchin damn goddamn ass asshole cunt dick pussy hell",
  "nigga niggas nigger niggaz whore sex",
]
  .join(" ")
  .split(" ");

/**
 * The words of a normalised text (see `normaliseText`), in one spelling: "&", "+" and "'n'" are
 * "and", apostrophes vanish, "goin'" is "going", numbers are digits, "R.E.M." is one word, "f**k" is written out.
 */
export function foldWords(normalised: string): string[] {
  if (plainWords.test(normalised)) return foldTokens(normalised.split(" "));
  let text = normalised;
  if (text.includes("*")) text = text.replace(censored, uncensor);
  if (text.includes("'")) {
    text = text.replace(quotedN, " & ").replace(droppedG, "g").replace(apostrophes, "");
  }
  if (text.includes(".")) text = text.replace(dottedLetters, (run) => run.replaceAll(".", ""));
  if (text.includes("$")) text = text.replace(dollarInWord, "s");
  if (hasDigit.test(text)) text = text.replace(thousandsSeparator, "");
  if (hasAnd.test(text)) text = text.replace(ands, " & ");
  const separators = ascii.test(text) ? asciiSeparators : otherSeparators;
  return foldTokens(text.replace(lightMarks, "").replace(separators, " ").split(" "));
}

function foldTokens(tokens: readonly string[]): string[] {
  return foldNumbers(foldParts(foldShortWords(tokens)));
}

function foldShortWords(tokens: readonly string[]): readonly string[] {
  const words = tokens.filter((token) => token !== "");
  if (!words.some((word) => word === "&" || word === "n" || word === "u")) return words;
  return foldYou(foldLoneN(foldAmpersands(words)));
}

/** "&" between words is "and"; elsewhere it says nothing. */
function foldAmpersands(words: readonly string[]): string[] {
  const folded: string[] = [];
  for (const [position, word] of words.entries()) {
    const previous = folded.at(-1);
    const isBetween =
      previous !== undefined && words.slice(position + 1).some((later) => later !== "&");
    if (word !== "&") folded.push(word);
    else if (isBetween && previous !== "and") folded.push("and");
  }
  return folded;
}

/** "rock n roll" → "rock and roll", unless letters are being spelt. */
function foldLoneN(words: readonly string[]): string[] {
  return words.map((word, position) => {
    const [previous, next] = [words[position - 1], words[position + 1]];
    const isBetween = previous !== undefined && next !== undefined;
    return word === "n" && isBetween && !isLetter(previous) && !isLetter(next) ? "and" : word;
  });
}

/** "u" is "you", unless letters are being spelt. */
function foldYou(words: readonly string[]): string[] {
  return words.map((word, position) => {
    const isSpelt = isLetter(words[position - 1]) || isLetter(words[position + 1]);
    return word === "u" && !isSpelt ? "you" : word;
  });
}

function isLetter(word: string | undefined): boolean {
  return word !== undefined && singleLetter.test(word);
}

/** "pt. II" → "part 2". */
function foldParts(words: readonly string[]): readonly string[] {
  if (!words.some((word) => numbered.has(word))) return words;
  return words.map((word, position) => {
    const previous = words[position - 1];
    if (previous !== undefined && numbered.has(previous)) return roman.get(word) ?? word;
    // A bare "pt" or "vol" at the end is left alone: nothing is numbered.
    return position + 1 < words.length ? (numbered.get(word) ?? word) : word;
  });
}

/** Writes out a word whose letters are hidden by asterisks when it is known; else drops them. */
function uncensor(word: string): string {
  const isHidden = (candidate: string) =>
    candidate.length === word.length &&
    Array.from(candidate).every((letter, index) => word[index] === "*" || word[index] === letter);
  const known = word.startsWith("*") ? undefined : oftenCensored.find(isHidden);
  return known ?? word.replaceAll("*", "");
}
