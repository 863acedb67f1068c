import { foldNumbers } from "./number-words.js";

const quotedN = /'n'/gu;
const droppedG = /(?<=\p{L}{2}in)'(?!\p{L})/gu;
const dottedLetters = /(?<!\p{L})(?:\p{L}\.){2,}(?:\p{L}(?!\p{L}))?/gu;
const dollarInWord = /(?<=\p{L})\$(?=\p{L})/gu;
const thousandsSeparator = /(?<=\d)[,_.](?=\d{3}(?!\d))/gu;
const apostrophes = /['~^]/gu;
const censored = /[\p{L}*]*\*[\p{L}*]*/gu;
const separators = /[^\p{L}\p{N}\p{M}&+]+/gu;
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
  let text = normalised;
  if (text.includes("*")) text = text.replace(censored, uncensor);
  if (text.includes("'")) text = text.replace(quotedN, " & ").replace(droppedG, "g");
  if (text.includes(".")) text = text.replace(dottedLetters, (run) => run.replaceAll(".", ""));
  if (text.includes("$")) text = text.replace(dollarInWord, "s");
  const words = text
    .replace(thousandsSeparator, "")
    .replace(apostrophes, "")
    .replace(ands, " & ")
    .replace(separators, " ")
    .trim()
    .split(" ");
  return foldNumbers(foldParts(foldShortWords(words)));
}

/** "&" and a lone "n" between words are "and"; "u" is "you", unless letters are being spelt. */
function foldShortWords(words: readonly string[]): string[] {
  const folded: string[] = [];
  for (const [position, word] of words.entries()) {
    const previous = folded.at(-1);
    const next = words[position + 1];
    const isBetween = previous !== undefined && next !== undefined;
    if (word === "") continue;
    if (word === "&") {
      if (isBetween && previous !== "and" && words.slice(position + 1).some((w) => w !== "&")) {
        folded.push("and");
      }
    } else if (word === "n" && isBetween && previous.length > 1 && next.length > 1) {
      folded.push("and");
    } else if (word === "u" && previous?.length !== 1 && next?.length !== 1) {
      folded.push("you");
    } else {
      folded.push(word);
    }
  }
  return folded;
}

/** "pt. II" → "part 2". */
function foldParts(words: readonly string[]): string[] {
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
