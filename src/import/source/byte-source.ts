/** A file, or a file within one, that can be read from its beginning as often as is wanted. */
export interface ByteSource {
  /** For people: "songs.csv in data.zip". */
  readonly name: string;
  /** Its own name, for a document the path within its folder or zip: "tracks/x.json". */
  readonly fileName: string;
  /** The size that `consumed` will reach; undefined where nobody can say. */
  readonly totalBytes: number | undefined;
  /** Where these very bytes lie in a file of their own, for a format that must jump about in it. */
  readonly path: string | undefined;
  open(): ByteStream;
}

/** One reading of a source. Ending the loop early closes it. */
export interface ByteStream {
  readonly chunks: AsyncIterable<Buffer>;
  /** Bytes of the file on disk that have been read so far: compressed ones for .gz. */
  consumed(): number;
}

/** The beginning of a source, by which its format is told. */
export interface Head {
  readonly bytes: Buffer;
  /** Whether that is all there is. */
  readonly whole: boolean;
}

/** Enough for a thousand rows of any song file that was seen, and little for 1 GB of memory. */
const headBytes = 1 << 20;

/** Reads the first MiB of a source. */
export async function readHead(source: ByteSource): Promise<Head> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const chunk of source.open().chunks) {
    pieces.push(chunk);
    size += chunk.length;
    if (size > headBytes)
      return { bytes: Buffer.concat(pieces).subarray(0, headBytes), whole: false };
  }
  return { bytes: Buffer.concat(pieces), whole: true };
}
