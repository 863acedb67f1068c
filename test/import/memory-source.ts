import { recogniseTable } from "../../src/import/format/recognise.js";
import type { ByteSource } from "../../src/import/source/byte-source.js";
import { readAll, type ReadTable } from "./read-all.js";

/** Bytes as a source, handed out in pieces of a size that cuts lines and characters. */
export function memorySource(content: string | Buffer, pieceBytes = 7): ByteSource {
  const bytes = Buffer.from(content);
  function* pieces(): Generator<Buffer> {
    for (let start = 0; start < bytes.length; start += pieceBytes) {
      yield bytes.subarray(start, start + pieceBytes);
    }
  }
  return sourceOf(pieces, bytes.length);
}

/** A source of these bytes, piece by piece: so that the same piece can be handed out many times. */
export function sourceOf(pieces: () => Iterable<Buffer>, totalBytes: number): ByteSource {
  return {
    name: "songs",
    fileName: "songs",
    totalBytes,
    path: undefined,
    open() {
      let consumed = 0;
      async function* chunks(): AsyncGenerator<Buffer> {
        for (const piece of pieces()) {
          consumed += piece.length;
          yield piece;
        }
      }
      return { chunks: chunks(), consumed: () => consumed };
    },
  };
}

/** All that Earshot reads out of a file with this content. */
export async function readContent(
  content: string | Buffer,
  pieceBytes?: number,
): Promise<ReadTable> {
  return readAll(await recogniseTable(memorySource(content, pieceBytes), "unused"));
}

/** The cells of all rows. */
export function cellsOf({ rows }: ReadTable): readonly (readonly unknown[])[] {
  return rows.map(({ cells }) => cells);
}
