import { recogniseEncoding } from "./encoding.js";

/** What people give by mistake, by the bytes it begins with, and what to do about it. */
const signatures: readonly (readonly [signature: string, kind: string])[] = [
  ["%PDF-", "a PDF document"],
  ["\x89PNG", "a picture"],
  ["\xff\xd8\xff", "a picture"],
  ["GIF8", "a picture"],
  ["ID3", "a sound file; Earshot imports tables about songs, not the songs"],
  ["fLaC", "a sound file; Earshot imports tables about songs, not the songs"],
  ["OggS", "a sound file; Earshot imports tables about songs, not the songs"],
  ["RIFF", "a sound or video file; Earshot imports tables about songs, not the songs"],
  ["\xd0\xcf\x11\xe0", "an Excel workbook; save it as CSV"],
  ["PAR1", "a Parquet file; convert it to CSV"],
  ["SQLite format 3\0", "an SQLite database; export the table as CSV"],
  ["\x28\xb5\x2f\xfd", "packed with zstd; unpack it first (unzstd)"],
  ["\xfd7zXZ\0", "packed with xz; unpack it first (unxz)"],
  ["BZh", "packed with bzip2; unpack it first (bunzip2)"],
  ["7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it first"],
  ["Rar!", "a RAR archive; unpack it first"],
  ["\x7fELF", "a program"],
];

/**
 * What a file is that no reader here understands, as a noun with advice.
 *
 * @returns undefined for text, and for the binary formats that are read
 */
export function foreignKind(head: Buffer): string | undefined {
  const start = head.toString("latin1", 0, 512);
  const found = signatures.find(([signature]) => start.startsWith(signature));
  if (found !== undefined) return found[1];
  if (start.startsWith("ustar", 257)) return "a tar archive; unpack it first (tar -xf)";
  if (/^\s*(?:<!doctype html|<html)/iu.test(start)) {
    return "a web page; give the address of the file itself";
  }
  if (/^\s*<\?xml/iu.test(start)) return "XML; convert it to CSV or JSON lines";
  return isBinary(head) ? "binary data of an unknown kind" : undefined;
}

/** Text has next to no control characters beside tabs and line ends, and no zeros but in UTF-16. */
function isBinary(head: Buffer): boolean {
  if (recogniseEncoding(head).name.startsWith("UTF-16")) return false;
  if (head.includes(0)) return true;
  let controls = 0;
  // By index: to iterate over a Buffer takes several times as long, and this may be 256 KB.
  for (let index = 0; index < head.length; index++) {
    const byte = head[index] ?? 0;
    if (byte < 0x20 && byte !== 9 && byte !== 10 && byte !== 13) controls++;
  }
  return controls * 20 > head.length;
}
