import { createGunzip } from "node:zlib";
import { EarshotError, messageOf } from "../../errors.js";
import type { ByteSource, ByteStream } from "./byte-source.js";
import { checkExpansion, type ExpansionLimits } from "./expansion-guard.js";

/** Whether bytes begin like gzip data with deflate, the one method there is (RFC 1952, 2.3.1). */
export function isGzip(head: Buffer): boolean {
  return head[0] === 0x1f && head[1] === 0x8b && head[2] === 8;
}

/**
 * The unpacked content of a .gz, of all its members in a row (RFC 1952, 2.2).
 *
 * Reading throws EarshotError `bad_song_file` when the file is cut short or damaged, or grows beyond
 * the limits.
 */
export function gunzipSource(packed: ByteSource, limits: ExpansionLimits): ByteSource {
  return {
    name: packed.name,
    fileName: packed.fileName,
    totalBytes: packed.totalBytes,
    path: undefined,
    open(): ByteStream {
      let consumed = 0;
      const onUnpacked = (bytes: number) => {
        consumed = bytes;
      };
      const chunks = gunzip(packed, limits, onUnpacked);
      return { consumed: () => consumed, chunks };
    },
  };
}

async function* gunzip(
  source: ByteSource,
  limits: ExpansionLimits,
  onUnpacked: (packedBytes: number) => void,
): AsyncGenerator<Buffer> {
  const { name } = source;
  const packed = source.open();
  const gunzip = createGunzip({ chunkSize: 1 << 18 });
  // A fault of reading comes out of the loop below by way of the stream.
  const feeding = feed(packed, gunzip).catch((error: unknown) => {
    gunzip.destroy(error instanceof Error ? error : new Error(messageOf(error)));
  });
  let unpacked = 0;
  try {
    for await (const chunk of gunzip) {
      const bytes: Buffer = chunk;
      unpacked += bytes.length;
      checkExpansion({ name, packed: packed.consumed(), unpacked }, limits);
      // What was read ahead of that is not unpacked yet: a small file would be done at once.
      onUnpacked(gunzip.bytesWritten);
      yield bytes;
    }
    onUnpacked(packed.consumed());
  } catch (cause) {
    throw isZlibFault(cause) ? damaged(name, cause) : cause;
  } finally {
    gunzip.destroy();
    await feeding;
  }
}

/** Writes at the pace at which the other side is read; ends early, and closes the file, with it. */
async function feed(packed: ByteStream, gunzip: ReturnType<typeof createGunzip>): Promise<void> {
  for await (const chunk of packed.chunks) {
    if (gunzip.destroyed) return;
    if (!gunzip.write(chunk)) await drained(gunzip);
    if (gunzip.destroyed) return;
  }
  gunzip.end();
}

function drained(gunzip: ReturnType<typeof createGunzip>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      gunzip.off("drain", done);
      gunzip.off("close", done);
      resolve();
    };
    gunzip.on("drain", done);
    gunzip.on("close", done);
  });
}

function isZlibFault(error: unknown): boolean {
  if (!(error instanceof Error) || !("code" in error)) return false;
  return typeof error.code === "string" && error.code.startsWith("Z_");
}

function damaged(name: string, cause: unknown): EarshotError {
  const isCut = messageOf(cause).includes("unexpected end of file");
  return new EarshotError(
    "bad_song_file",
    isCut
      ? `${name} is cut short: its gzip data ends too early; fetch it again`
      : `${name} is damaged: its gzip data cannot be unpacked (${messageOf(cause)}); fetch it again`,
    { cause },
  );
}
