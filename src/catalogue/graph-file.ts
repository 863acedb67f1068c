import { type FileHandle, open } from "node:fs/promises";
import { EarshotError } from "../errors.js";

/**
 * The lowest level of a graph (HNSW): every point with its vector, its label and the links to its
 * neighbours. A point is named by its place in the file.
 */
export interface Graph {
  readonly points: number;
  readonly dimensions: number;
  /** One vector after the other, and nothing between them: a search compares with hundreds. */
  readonly vectors: Float32Array;
  readonly labels: Uint32Array;
  /** A point's begin at `point * linkStride`: their number, then so many points. */
  readonly links: Uint32Array;
  readonly linkStride: number;
}

const headerBytes = 96;
const labelBytes = 8;
/** About a millisecond of taking apart. */
const pieceBytes = 1 << 20;

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
    const header = new Uint8Array(headerBytes);
    await fill(header, file, 0);
    const layout = layoutOf(header);
    const graph = emptyGraph(layout);
    const pointsPerPiece = Math.min(
      Math.ceil(pieceBytes / layout.bytesPerPoint),
      Math.max(1, graph.points),
    );
    // One for all pieces: a new one each would be 144 MB of garbage at a million songs.
    const words = new Uint32Array((pointsPerPiece * layout.bytesPerPoint) / 4);
    for (let first = 0; first < graph.points; first += pointsPerPiece) {
      const count = Math.min(pointsPerPiece, graph.points - first);
      const start = headerBytes + first * layout.bytesPerPoint;
      const piece = words.subarray(0, (count * layout.bytesPerPoint) / 4);
      await fill(new Uint8Array(piece.buffer, 0, piece.byteLength), file, start);
      takeApart(piece, graph, first);
    }
    return graph;
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

interface Layout {
  readonly points: number;
  readonly bytesPerPoint: number;
  readonly dimensions: number;
  readonly linkStride: number;
}

/** The fields of hnswlib's header (`saveIndex`), little-endian. */
function layoutOf(header: Uint8Array): Layout {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const size = (offset: number): number => Number(view.getBigUint64(offset, true));
  const bytesPerPoint = size(24);
  const linkStride = size(40) / 4;
  const dimensions = size(32) / 4 - linkStride;
  const isSound =
    Number.isInteger(linkStride) &&
    linkStride > 1 &&
    dimensions > 0 &&
    bytesPerPoint === 4 * (linkStride + dimensions) + labelBytes;
  if (!isSound) throw new Error("its header makes no sense");
  return { points: size(16), bytesPerPoint, dimensions, linkStride };
}

function emptyGraph({ points, dimensions, linkStride }: Layout): Graph {
  return {
    points,
    dimensions,
    vectors: new Float32Array(points * dimensions),
    labels: new Uint32Array(points),
    links: new Uint32Array(points * linkStride),
    linkStride,
  };
}

/** In the file a point is its links, its vector and its label, which has 64 bits. */
function takeApart(words: Uint32Array, graph: Graph, first: number): void {
  const { dimensions, vectors, labels, links, linkStride } = graph;
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  let from = 0;
  for (let point = first; from < words.length; point += 1) {
    for (let i = 0; i < linkStride; i += 1) links[point * linkStride + i] = words[from + i] ?? 0;
    from += linkStride;
    for (let i = 0; i < dimensions; i += 1) vectors[point * dimensions + i] = floats[from + i] ?? 0;
    from += dimensions;
    labels[point] = words[from] ?? 0;
    from += labelBytes / 4;
  }
}

async function fill(bytes: Uint8Array, file: FileHandle, start: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done);
    if (bytesRead === 0) throw new Error(`it ends after ${start + done} bytes`);
    done += bytesRead;
  }
}
