import stringWidth from "string-width";

/**
 * Makes a text from a stranger fit for a terminal: control characters (which could move the
 * cursor or recolour the screen), bidirectional overrides and line breaks become a middle dot.
 */
export function printable(text: string): string {
  return text.replaceAll(unprintable, "·");
}

/** A value as JSON in one line, with the same characters escaped: a program gets all of them. */
export function printableJson(value: object): string {
  return JSON.stringify(value).replaceAll(
    unprintable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const unprintable = /[\p{Cc}\p{Cs}\u{2028}\u{2029}\u{202A}-\u{202E}\u{2066}-\u{2069}]/gu;

/** Cuts a text to a number of columns, with an ellipsis, and fills it up with blanks. */
export function fitColumns(text: string, columns: number): string {
  const cut = columnsOf(text) <= columns ? text : cutColumns(text, columns);
  return cut + " ".repeat(Math.max(0, columns - columnsOf(cut)));
}

/** Such are most texts, and to look for composed characters takes a hundred times as long. */
const plain = /^[\u0020-\u007E]*$/u;

/** The columns that a text takes on a terminal: 2 for a Chinese or Japanese character. */
export function columnsOf(text: string): number {
  return plain.test(text) ? text.length : stringWidth(text);
}

function cutColumns(text: string, columns: number): string {
  let cut = "";
  let used = 1;
  for (const character of text) {
    used += columnsOf(character);
    if (used > columns) break;
    cut += character;
  }
  return `${cut}…`;
}
