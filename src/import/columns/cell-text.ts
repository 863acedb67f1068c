import { parsePythonList, unwrapPythonBytes } from "../format/python-text.js";
import type { Cell } from "../table.js";
import { isUnknownText } from "./unknown-values.js";

/** Longer texts are cut: nobody's title is, but a row whose quotes were lost looks so. */
const longestText = 500;

const reference = /&(#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,8});/giu;
const named: Readonly<Record<string, string>> = {
  amp: "&",
  quot: '"',
  apos: "'",
  lt: "<",
  gt: ">",
  nbsp: " ",
  szlig: "ß",
  aelig: "æ",
  AElig: "Æ",
  oslash: "ø",
  Oslash: "Ø",
};
const accentNames: Readonly<Record<string, string>> = {
  acute: "\u0301",
  grave: "\u0300",
  circ: "\u0302",
  uml: "\u0308",
  tilde: "\u0303",
  cedil: "\u0327",
  ring: "\u030A",
  caron: "\u030C",
};
const accented = /^([a-z])(acute|grave|circ|uml|tilde|cedil|ring|caron)$/iu;

/** The Million Song Dataset cut curly quotes and dashes to their low byte. */
const cutCharacters: Readonly<Record<string, string>> = {
  "\u0013": "–",
  "\u0014": "—",
  "\u0018": "‘",
  "\u0019": "’",
  "\u001C": "“",
  "\u001D": "”",
};

/**
 * A title or a name as it is shown: HTML references decoded, cut quotes put right, control
 * characters and surplus blanks taken out, NFC, at most 500 characters.
 *
 * @returns "" when there is none
 */
export function cleanText(cell: Cell): string {
  if (cell === undefined) return "";
  const text = String(cell);
  const cleaned = text.length <= longestText && isPlain(text) ? text : cleanOdd(text);
  return isUnknownText(cleaned) ? "" : cleaned;
}

const blank = 0x20;
const ampersand = 0x26;
const lastPrintable = 0x7e;

/** Nearly all texts: printable ASCII without "&" and with single blanks. A loop beats a pattern. */
function isPlain(text: string): boolean {
  let before = blank;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < blank || code > lastPrintable || code === ampersand) return false;
    if (code === blank && before === blank) return false;
    before = code;
  }
  return before !== blank;
}

function cleanOdd(text: string): string {
  return cut(
    text
      .slice(0, longestText * 4)
      .replace(reference, decodeReference)
      .replace(/[\u0013\u0014\u0018\u0019\u001C\u001D]/gu, (one) => cutCharacters[one] ?? "")
      .replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029\uFEFF\u200B]+/gu, " ")
      .replaceAll(/\s+/gu, " ")
      .trim()
      .normalize("NFC"),
  );
}

function cut(text: string): string {
  if (text.length <= longestText) return text;
  // Half a surrogate pair at the end would be no character.
  return `${text.slice(0, longestText - 1).replace(/[\uD800-\uDBFF]$/u, "")}…`;
}

function decodeReference(whole: string, name: string): string {
  if (!name.startsWith("#")) {
    const [, letter, accent] = accented.exec(name) ?? [];
    const mark = accentNames[accent?.toLowerCase() ?? ""];
    return named[name] ?? (letter === undefined || mark === undefined ? whole : letter + mark);
  }
  const code = Number(name.slice(1).replace(/^x/iu, "0x"));
  return code <= 0x10_ff_ff && !isSurrogate(code) ? String.fromCodePoint(code) : whole;
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

/** How a column wraps its texts. */
export type TextWrapping = "none" | "bytes" | "list" | "semicolons";

/** Several artists are joined with this; `titles/fold.ts` takes the name before it for the main one. */
const joint = "; ";

/** Takes a text out of its wrapping; several names of a list are joined by "; ". */
export function unwrapText(cell: Cell, wrapping: TextWrapping): string {
  if (typeof cell !== "string" || wrapping === "none") return cleanText(cell);
  if (wrapping === "bytes") return cleanText(unwrapPythonBytes(cell) ?? cell);
  const items = wrapping === "list" ? parsePythonList(cell) : cell.split(";");
  if (items === undefined) return cleanText(cell);
  const names = items.map(cleanText).filter((name) => name !== "");
  return cut([...new Set(names)].join(joint));
}

/** So much of a column must be wrapped for it to be the column's way. */
const mostShare = 0.9;

/** Finds out how a column of texts is wrapped. */
export function decideWrapping(cells: readonly Cell[], mayHoldSeveral: boolean): TextWrapping {
  const texts = cells.filter(
    (cell): cell is string => typeof cell === "string" && cell.trim() !== "",
  );
  const share = (test: (text: string) => boolean) =>
    texts.length === 0 ? 0 : texts.filter(test).length / texts.length;
  if (share((text) => unwrapPythonBytes(text) !== undefined) >= mostShare) return "bytes";
  if (!mayHoldSeveral) return "none";
  const isList = (text: string) =>
    text.trimStart().startsWith("[") && parsePythonList(text) !== undefined;
  if (share(isList) >= mostShare) return "list";
  return share((text) => text.includes(";")) > 0 ? "semicolons" : "none";
}
