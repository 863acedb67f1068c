import { isUtf8 } from "node:buffer";

/** How the text of a file is written as bytes. */
export interface Encoding {
  readonly name: "UTF-8" | "UTF-16 LE" | "UTF-16 BE" | "Windows-1252";
  /** Length of the byte order mark, which is no text. */
  readonly markBytes: number;
}

/**
 * Tells the encoding by the byte order mark, by the zeros that UTF-16 has in Latin text, or by
 * whether the beginning is well-formed UTF-8. Windows-1252 is what remains.
 */
export function recogniseEncoding(head: Buffer): Encoding {
  const [first, second, third] = head;
  if (first === 0xef && second === 0xbb && third === 0xbf) return { name: "UTF-8", markBytes: 3 };
  if (first === 0xff && second === 0xfe) return { name: "UTF-16 LE", markBytes: 2 };
  if (first === 0xfe && second === 0xff) return { name: "UTF-16 BE", markBytes: 2 };
  const zeros = countZeros(head.subarray(0, 4096));
  if (zeros.odd > 0 && zeros.even === 0) return { name: "UTF-16 LE", markBytes: 0 };
  if (zeros.even > 0 && zeros.odd === 0) return { name: "UTF-16 BE", markBytes: 0 };
  return { name: isUtf8(cutAtCharacter(head)) ? "UTF-8" : "Windows-1252", markBytes: 0 };
}

/** Zeros at even and odd places; none unless at least a third of either kind are. */
function countZeros(bytes: Buffer): { even: number; odd: number } {
  const zeros = { even: 0, odd: 0 };
  for (let index = 0; index < bytes.length; index++) {
    if (bytes[index] === 0) zeros[index % 2 === 0 ? "even" : "odd"]++;
  }
  return zeros.even + zeros.odd < bytes.length / 6 ? { even: 0, odd: 0 } : zeros;
}

/** A head may end within a character of up to four bytes. */
function cutAtCharacter(head: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, head.length); back++) {
    const byte = head[head.length - back] ?? 0;
    if (byte >= 0xc0) return head.subarray(0, head.length - back);
    if (byte < 0x80) break;
  }
  return head;
}

/** What Windows-1252 has at 0x80 to 0x9f; the five unused places stay control characters. */
const windowsCharacters = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

/** Decodes bytes as Windows-1252, of which Latin-1 text is a part. Never fails. */
export function decodeWindows1252(bytes: Buffer): string {
  return bytes
    .toString("latin1")
    .replaceAll(
      /[\u0080-\u009f]/gu,
      (character) => windowsCharacters[character.charCodeAt(0) - 0x80] ?? character,
    );
}

/**
 * Decodes one line: as UTF-8, or as Windows-1252 where it is not well-formed. Real files mix both
 * when several hands have written them.
 */
export function decodeLine(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString("utf8", start, end);
  if (!text.includes("\ufffd")) return text;
  const line = bytes.subarray(start, end);
  return isUtf8(line) ? text : decodeWindows1252(line);
}

/** The same text as bytes in UTF-8, without a byte order mark. */
export async function* toUtf8(
  chunks: AsyncIterable<Buffer>,
  encoding: Encoding,
): AsyncGenerator<Buffer> {
  const wide = encoding.name === "UTF-16 LE" || encoding.name === "UTF-16 BE";
  const decoder = new TextDecoder(encoding.name === "UTF-16 BE" ? "utf-16be" : "utf-16le", {
    ignoreBOM: true,
  });
  let mark = encoding.markBytes;
  for await (const chunk of chunks) {
    const bytes = chunk.subarray(Math.min(mark, chunk.length));
    mark -= chunk.length - bytes.length;
    yield wide ? Buffer.from(decoder.decode(bytes, { stream: true })) : bytes;
  }
  if (wide) yield Buffer.from(decoder.decode());
}
