import { constants, createReadStream } from "node:fs";
import { access, stat } from "node:fs/promises";
import { basename } from "node:path";
import { EarshotError, fileReasonOf } from "../../errors.js";
import type { ByteSource } from "./byte-source.js";

const chunkBytes = 1 << 18;
const leastChunkBytes = 1 << 12;

/** What lies at a path. */
export interface LocalPlace {
  readonly kind: "file" | "folder";
  readonly bytes: number;
}

/**
 * Looks at a path before anything is read from it. A device or a pipe is never opened: opening
 * alone can wait for ever.
 *
 * @throws EarshotError `source_unavailable` when there is nothing or it may not be read,
 *   `bad_song_file` when it is neither a file nor a folder, or empty, `bad_usage` for the address
 *   of something that is not fetched
 */
export async function examinePath(path: string): Promise<LocalPlace> {
  const scheme = /^[a-z][a-z\d+.-]*:\/\//iu.exec(path)?.[0];
  try {
    const found = await stat(path);
    if (found.isDirectory()) {
      await access(path, constants.R_OK | constants.X_OK);
      return { kind: "folder", bytes: 0 };
    }
    if (!found.isFile()) throw noFile(path);
    await access(path, constants.R_OK);
    if (found.size === 0) throw new EarshotError("bad_song_file", `${path} is empty`);
    return { kind: "file", bytes: found.size };
  } catch (error) {
    if (error instanceof EarshotError) throw error;
    throw scheme === undefined ? unavailable(path, error) : foreignScheme(scheme);
  }
}

/** Without the rest of the address, which can hold a password. */
function foreignScheme(scheme: string): EarshotError {
  return new EarshotError(
    "bad_usage",
    `${scheme} is not supported, only http:// and https://; fetch the file yourself and import it`,
  );
}

function noFile(path: string): EarshotError {
  return new EarshotError(
    "bad_song_file",
    `${path} is a device, a pipe or a socket; expected a file, a folder or an http(s) address`,
  );
}

/** A fault of the file system, with what it means for the person. */
export function unavailable(path: string, cause: unknown): EarshotError {
  const reason = fileReasonOf(cause);
  return new EarshotError("source_unavailable", `${path} cannot be read: ${reason}`, { cause });
}

/** A regular file as a source; its bytes are read in pieces of 256 KiB. */
export function localSource(path: string, bytes: number, name = basename(path)): ByteSource {
  return {
    name,
    fileName: name,
    totalBytes: bytes,
    path,
    open() {
      let consumed = 0;
      // As much memory is taken for each piece: little for a small file, of which a folder has many.
      const highWaterMark = Math.min(chunkBytes, Math.max(bytes, leastChunkBytes));
      async function* chunks(): AsyncGenerator<Buffer> {
        try {
          for await (const chunk of createReadStream(path, { highWaterMark })) {
            const piece: Buffer = chunk;
            consumed += piece.length;
            yield piece;
          }
        } catch (error) {
          throw unavailable(path, error);
        }
      }
      return { chunks: chunks(), consumed: () => consumed };
    },
  };
}
