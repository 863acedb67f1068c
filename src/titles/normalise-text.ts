/** Longest text that is looked at, in UTF-16 code units; the rest is cut off. */
const maxLength = 2000;

const namedReferences: Readonly<Record<string, string>> = {
  amp: "&",
  quot: '"',
  apos: "'",
  lt: "<",
  gt: ">",
  nbsp: " ",
  szlig: "ß",
};

/** Latin letters that Unicode does not decompose, and the Greek final sigma. */
const letters: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  þ: "th",
  ł: "l",
  ı: "i",
  ħ: "h",
  ς: "σ",
};

const ascii = /^[\0-\x7f]*$/u;
/** Nothing to do but lower case: printable ASCII without the grave accent and references. */
const plain = /^[ -%'-_a-~]*$/u;
const htmlReference = /&(#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,8});/giu;
const letterReference = /^([a-z])(?:acute|grave|circ|uml|tilde|cedil|ring|caron|slash)$/iu;
// The Million Song Dataset cut U+2018 and its neighbours to their low byte, a control character.
const singleQuotes = /[\u0018\u0019‘’ʼ′‛]/gu;
const doubleQuotes = /[\u001C\u001D“”„‟«»″]/gu;
/** Invisible: with and without them a word is the same. */
const joiners = /[\u200B-\u200D\u2060\uFEFF]/gu;
const dashes = /[\u0013‐‑‒–—―−]/gu;
// Accents written as characters of their own: compatibility decomposition would make them spaces.
const spacingAccents = /[`´¨¯¸˘˙˚˛˜˝]/gu;
const accents = /(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}]\p{Mn}*)\p{Mn}/gu;
// On a quote, or on nothing, they would join the letter before it once what is between is folded away.
const strayAccents = /(?<=[^\p{L}\p{N}\p{M}])\p{M}+|^\p{M}+(?=\P{M})/gu;
const specialLetters = /[ßæœøđðþłıħς]/gu;

/**
 * One spelling for text that looks alike: lower case, NFKC, no accents on Latin, Greek and Cyrillic
 * letters, one kind of quote and of dash, HTML references decoded. Punctuation stays.
 *
 * Accents of other scripts stay, since there they make another letter (Japanese か and が).
 */
export function normaliseText(text: string): string {
  let result = text.length > maxLength ? text.slice(0, maxLength) : text;
  if (plain.test(result)) return result.toLowerCase();
  if (result.includes("&")) result = decodeHtmlReferences(result);
  result = unifyMarks(result);
  if (ascii.test(result)) return result.toLowerCase();
  const apart = result.normalize("NFKD").toLowerCase().normalize("NFKD");
  // Again, for some come out only now: ŉ is taken apart into a quote and a letter.
  return unifyMarks(apart)
    .replace(accents, "")
    .replace(strayAccents, "")
    .replace(specialLetters, (letter) => letters[letter] ?? letter)
    .normalize("NFC")
    .slice(0, maxLength);
}

function unifyMarks(text: string): string {
  return text
    .replace(singleQuotes, "'")
    .replace(doubleQuotes, '"')
    .replace(dashes, "-")
    .replace(joiners, "")
    .replace(spacingAccents, "");
}

function decodeHtmlReferences(text: string): string {
  return text.replace(htmlReference, (whole: string, reference: string) => {
    if (!reference.startsWith("#")) {
      return (
        namedReferences[reference.toLowerCase()] ?? letterReference.exec(reference)?.[1] ?? whole
      );
    }
    const code = Number(reference.slice(1).replace(/^x/iu, "0x"));
    return code <= 0x10_ff_ff ? String.fromCodePoint(code) : whole;
  });
}
