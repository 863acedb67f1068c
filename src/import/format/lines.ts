/** Takes the lines of a text one by one. */
export interface LineSink {
  /** The bytes of the line are those of `bytes` from `start` to before `end`, valid for this call only. */
  line(bytes: Buffer, start: number, end: number): void;
  /** A line was longer than the limit: it is counted like any other, and its content is dropped. */
  tooLong(): void;
}

export interface LineSplitterOptions {
  /** The byte that ends a line: "\n", before which a "\r" is dropped, or "\r" (old Macintosh). */
  readonly lineEnd: "\n" | "\r";
  /** Longest line in bytes; memory never holds more of one. */
  readonly maxBytes: number;
}

export interface LineSplitter {
  push(chunk: Buffer): void;
  /** Hands on a last line without an end. */
  finish(): void;
}

/** Longest line of text that is read; a song takes a few hundred bytes. */
export const maxLineBytes = 1 << 20;

/** Cuts chunks of UTF-8 into lines, without copying those that lie within one chunk. */
export function createLineSplitter(options: LineSplitterOptions, sink: LineSink): LineSplitter {
  const endByte = options.lineEnd.charCodeAt(0);
  let pieces: Buffer[] = [];
  let pending = 0;

  function emit(bytes: Buffer, start: number, end: number): void {
    const dropsReturn = endByte === 10 && end > start && bytes[end - 1] === 13;
    sink.line(bytes, start, dropsReturn ? end - 1 : end);
  }

  function keep(piece: Buffer): void {
    pending += piece.length;
    if (pending > options.maxBytes) pieces = [];
    else if (piece.length > 0) pieces.push(piece);
  }

  function emitPending(): void {
    if (pending > options.maxBytes) sink.tooLong();
    else emit(pieces.length === 1 ? (pieces[0] ?? empty) : Buffer.concat(pieces), 0, pending);
    pieces = [];
    pending = 0;
  }

  return {
    push(chunk) {
      let start = 0;
      for (;;) {
        const end = chunk.indexOf(endByte, start);
        if (end === -1) break;
        if (pending > 0) {
          keep(chunk.subarray(start, end));
          emitPending();
        } else if (end - start > options.maxBytes) sink.tooLong();
        else emit(chunk, start, end);
        start = end + 1;
      }
      if (start < chunk.length) keep(chunk.subarray(start));
    },
    finish() {
      if (pending > 0) emitPending();
    },
  };
}

const empty = Buffer.alloc(0);
