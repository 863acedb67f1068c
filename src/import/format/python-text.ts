/**
 * Undoes Python's repr of bytes: `b'Rapha\xc3\xabl'` is "Raphaël".
 *
 * The escapes are undone as bytes, and these are read as UTF-8 (Python 3, "String and Bytes
 * literals"); bytes that are not well-formed become U+FFFD.
 *
 * @returns undefined when the text is not of that form
 */
export function unwrapPythonBytes(text: string): string | undefined {
  const found = bytesPattern.exec(text);
  if (found === null) return undefined;
  const inner = found[2] ?? "";
  return inner.includes("\\") ? undoByteEscapes(inner) : inner;
}

const bytesPattern = /^\s*b(['"])(.*)\1\s*$/su;
const escapePattern = /\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([\s\S]))/gu;
const controls: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["a", "\u0007"],
  ["b", "\b"],
  ["f", "\f"],
  ["v", "\v"],
]);
const quotesAndSlash = new Set(["\\", "'", '"']);

function undoByteEscapes(inner: string): string {
  const pieces: Buffer[] = [];
  let end = 0;
  for (const found of inner.matchAll(escapePattern)) {
    pieces.push(Buffer.from(inner.slice(end, found.index)));
    end = found.index + found[0].length;
    const [whole, hex, octal, letter = ""] = found;
    if (hex !== undefined) pieces.push(Buffer.of(Number.parseInt(hex, 16)));
    else if (octal !== undefined) pieces.push(Buffer.of(Number.parseInt(octal, 8) & 0xff));
    else pieces.push(Buffer.from(plainEscape(letter) ?? whole));
  }
  pieces.push(Buffer.from(inner.slice(end)));
  return Buffer.concat(pieces).toString("utf8");
}

/** What a backslash and a letter stand for in both kinds of literal; undefined: for themselves. */
function plainEscape(letter: string): string | undefined {
  return quotesAndSlash.has(letter) ? letter : controls.get(letter);
}

const tokenPattern =
  /\s*(?:(?<prefix>[bBuUrR]{0,2})(?:'(?<single>[^'\\]*(?:\\[\s\S][^'\\]*)*)'|"(?<double>[^"\\]*(?:\\[\s\S][^"\\]*)*)")|(?<bare>[-+]?\d[\d.eE+-]*|None|null|nan))\s*(?:,|$)/uy;

/**
 * Reads Python's (or JSON's) way to write a list of texts: `['a', "b's"]`, a tuple or a set too.
 * Numbers are given as they are written, None is left out.
 *
 * @returns undefined when the text is not of that form, holds a list within the list, or words
 *   without quotes: "(Live)" and "[Intro]" are titles
 */
export function parsePythonList(text: string): readonly string[] | undefined {
  const trimmed = text.trim();
  const closer = closers.get(trimmed[0] ?? "");
  if (closer === undefined || trimmed.length < 2 || !trimmed.endsWith(closer)) return undefined;
  const inner = trimmed.slice(1, -1);
  const items: string[] = [];
  let at = inner.trim() === "" ? inner.length : 0;
  while (at < inner.length) {
    tokenPattern.lastIndex = at;
    const groups = tokenPattern.exec(inner)?.groups;
    if (groups === undefined) return undefined;
    at = tokenPattern.lastIndex;
    const item = itemOf(groups);
    if (item !== undefined) items.push(item);
  }
  return items;
}

const closers: ReadonlyMap<string, string> = new Map([
  ["[", "]"],
  ["(", ")"],
  ["{", "}"],
]);
const nothings = new Set(["None", "null", "nan"]);

function itemOf(groups: Readonly<Record<string, string | undefined>>): string | undefined {
  const quoted = groups["single"] ?? groups["double"];
  if (quoted === undefined) {
    const bare = groups["bare"] ?? "";
    return nothings.has(bare) ? undefined : bare;
  }
  const prefix = groups["prefix"]?.toLowerCase() ?? "";
  if (prefix.includes("r") || !quoted.includes("\\")) return quoted;
  return prefix.includes("b") ? undoByteEscapes(quoted) : undoTextEscapes(quoted);
}

const textEscapePattern =
  /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|\/|([0-7]{1,3})|([\s\S]))/gu;

function undoTextEscapes(quoted: string): string {
  return quoted.replaceAll(
    textEscapePattern,
    (whole: string, ...groups: (string | undefined)[]) => {
      const [hex, four, eight, octal, letter] = groups;
      const code = hex ?? four ?? eight;
      if (code !== undefined) return characterOf(Number.parseInt(code, 16), whole);
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      if (letter === undefined) return "/";
      return letter === "\n" ? "" : (plainEscape(letter) ?? whole);
    },
  );
}

/** A surrogate (as JSON writes a character above U+FFFF in two) joins its partner by itself. */
function characterOf(code: number, otherwise: string): string {
  return code > 0x10ffff ? otherwise : String.fromCodePoint(code);
}
