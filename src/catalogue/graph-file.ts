import { type FileHandle, open } from "node:fs/promises";
import { EarshotError } from "../errors.js";

/**
 * The lowest level of a graph (HNSW) as hnswlib stores it, in one piece of memory: every point with
 * its vector, its label and the links to its neighbours. A point is named by its place in the file.
 * Offsets count 32-bit words of `words`; `floats` is another view of the same memory.
 */
export interface Graph {
  readonly points: number;
  readonly dimensions: number;
  readonly words: Uint32Array;
  readonly floats: Float32Array;
  /** A point begins at `point * stride`: the number of its links, then so many points. */
  readonly stride: number;
  /** From a point's beginning to its vector, and to its label. */
  readonly vectorAt: number;
  readonly labelAt: number;
}

const headerBytes = 96;
const pieceBytes = 4 << 20;

/**
 * Reads the lowest level of a graph's file; the levels above only lead a search to its beginning,
 * which is known here. The bytes arrive in a thread of the pool: the event loop is not held up.
 *
 * @throws EarshotError `bad_catalogue` when the file cannot be read or is not such a graph
 */
export async function readGraphFile(path: string): Promise<Graph> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const layout = layoutOf(await readPiece(file, 0, headerBytes));
    const bytes = await readPiece(file, headerBytes, layout.points * layout.stride * 4);
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    const floats = new Float32Array(bytes.buffer, bytes.byteOffset, words.length);
    return { ...layout, words, floats };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EarshotError(
      "bad_catalogue",
      `${path} cannot be used as a vector index: ${reason}; build the catalogue again`,
      { cause },
    );
  } finally {
    await file?.close();
  }
}

/** The fields of hnswlib's header (`saveIndex`), little-endian. */
function layoutOf(header: Uint8Array): Omit<Graph, "words" | "floats"> {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const size = (offset: number): number => Number(view.getBigUint64(offset, true));
  const [points, stride, labelAt, vectorAt] = [size(16), size(24) / 4, size(32) / 4, size(40) / 4];
  const dimensions = labelAt - vectorAt;
  const isSound = dimensions > 0 && vectorAt > 0 && stride === labelAt + 2;
  if (!isSound || !Number.isInteger(stride)) throw new Error("its header makes no sense");
  return { points, dimensions, stride, vectorAt, labelAt };
}

async function readPiece(file: FileHandle, start: number, length: number): Promise<Uint8Array> {
  const { size } = await file.stat();
  if (size < start + length) throw new Error(`it has ${size} bytes`);
  const bytes = Buffer.allocUnsafeSlow(length);
  let done = 0;
  while (done < length) {
    const wanted = Math.min(pieceBytes, length - done);
    const { bytesRead } = await file.read(bytes, done, wanted, start + done);
    if (bytesRead === 0) throw new Error("it became shorter");
    done += bytesRead;
  }
  return bytes;
}
