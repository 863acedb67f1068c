import yauzl from "yauzl";
import { EarshotError, messageOf } from "../../errors.js";
import type { ByteSource } from "./byte-source.js";
import { isDataName, labelOf } from "./entry-names.js";
import { checkExpansion, type ExpansionLimits } from "./expansion-guard.js";

const maxEntries = 200_000;
const stored = 0;
const deflated = 8;

interface ZipFile {
  readonly path: string;
  /** For people. */
  readonly name: string;
  /** Its size in bytes. */
  readonly packed: number;
}

/**
 * The files in a zip that may hold songs. Nothing is unpacked to the disk: names of entries are
 * shown, and never used as paths.
 *
 * @throws EarshotError `bad_song_file` when it is damaged, encrypted, a bomb, or holds no such file
 */
export async function openZip(
  { path, name, packed }: ZipFile,
  limits: ExpansionLimits,
): Promise<readonly ByteSource[]> {
  const entries = await listEntries(path, name);
  const unpacked = entries.reduce((sum, { uncompressedSize }) => sum + uncompressedSize, 0);
  // By the sizes that the zip declares; yauzl lets no entry give more than it declares.
  checkExpansion({ name, packed, unpacked }, limits);
  if (entries.some((entry) => nameOf(entry) === "[Content_Types].xml")) {
    throw bad(`${name} is not a song file: it is an office document; save the table as CSV`);
  }
  const songs = entries.filter((entry) => isDataName(nameOf(entry)) && entry.uncompressedSize > 0);
  if (songs.length === 0) throw bad(`${name} holds no file that could be a song file`);
  for (const entry of songs) checkReadable(entry, name);
  return songs.map((entry) => entrySource(path, name, entry));
}

async function listEntries(path: string, name: string): Promise<readonly yauzl.Entry[]> {
  const entries: yauzl.Entry[] = [];
  try {
    const zip = await openFile(path);
    try {
      if (zip.entryCount > maxEntries) {
        throw bad(`${name} holds ${zip.entryCount} files; at most ${maxEntries} are read`);
      }
      for await (const entry of zip.eachEntry()) entries.push(entry);
    } finally {
      zip.close();
    }
  } catch (cause) {
    throw damaged(name, cause);
  }
  return entries;
}

/** Names stay bytes: yauzl would refuse the whole zip for one name that is no good path. */
function openFile(path: string): Promise<yauzl.ZipFile> {
  return yauzl.openPromise(path, { autoClose: false, decodeStrings: false });
}

function nameOf(entry: yauzl.Entry): string {
  return labelOf(
    yauzl.getFileNameLowLevel(
      entry.generalPurposeBitFlag,
      entry.fileNameRaw,
      entry.extraFields,
      false,
    ),
  );
}

function checkReadable(entry: yauzl.Entry, zip: string): void {
  const name = `${nameOf(entry)} in ${zip}`;
  if (entry.isEncrypted()) throw bad(`${name} is encrypted; unpack it first`);
  if (entry.compressionMethod !== stored && entry.compressionMethod !== deflated) {
    throw bad(`${name} is packed by method ${entry.compressionMethod}; unpack it first`);
  }
}

function entrySource(path: string, zipName: string, entry: yauzl.Entry): ByteSource {
  const fileName = nameOf(entry);
  const name = `${fileName} in ${zipName}`;
  return {
    name,
    fileName,
    totalBytes: entry.uncompressedSize,
    path: undefined,
    open() {
      let consumed = 0;
      async function* chunks(): AsyncGenerator<Buffer> {
        try {
          const zip = await openFile(path);
          try {
            for await (const chunk of await zip.openReadStreamPromise(entry)) {
              const piece: Buffer = chunk;
              consumed += piece.length;
              yield piece;
            }
          } finally {
            zip.close();
          }
        } catch (cause) {
          throw damaged(name, cause);
        }
      }
      return { chunks: chunks(), consumed: () => consumed };
    },
  };
}

function damaged(name: string, cause: unknown): Error {
  if (cause instanceof EarshotError) return cause;
  return bad(
    `${name} is damaged: it cannot be unpacked (${messageOf(cause)}); fetch it again`,
    cause,
  );
}

function bad(message: string, cause?: unknown): EarshotError {
  return new EarshotError("bad_song_file", message, { cause });
}
