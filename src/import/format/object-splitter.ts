import type { RowProblem } from "../table.js";

/** Takes the objects of a JSON text one by one. */
export interface ObjectSink {
  /** The bytes of one object, from brace to brace, and the line that it begins on. */
  object(bytes: Buffer, line: number): void;
  problem(line: number, problem: RowProblem): void;
}

export interface ObjectSplitterOptions {
  /** Longest object in bytes; memory never holds more of one. */
  readonly maxBytes: number;
  /** How many bytes to pass over before the first object: the "[" of an array and what is before it. */
  readonly start: number;
  /** Whether the objects are those of an array, which ends with "]". */
  readonly inArray: boolean;
}

export interface ObjectSplitter {
  push(chunk: Buffer): void;
  finish(): void;
}

const lineFeed = 10;
const quoteMark = 34;
const openBracket = 91;
const backslash = 92;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;

/** Blanks and commas may stand between objects. */
function isBetween(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === 13 || byte === lineFeed || byte === 44;
}

/**
 * Cuts JSON into its objects by counting brackets outside of texts (RFC 8259), so that an array of
 * any length is read without holding it.
 */
export function createObjectSplitter(
  options: ObjectSplitterOptions,
  sink: ObjectSink,
): ObjectSplitter {
  let skip = options.start;
  let depth = 0;
  let line = 1;
  let firstLine = 1;
  let inText = false;
  let isEscaped = false;
  let isOver = false;
  let isJunk = false;
  let pieces: Buffer[] = [];
  let pending = 0;

  function keep(piece: Buffer): void {
    pending += piece.length;
    if (pending > options.maxBytes) pieces = [];
    else pieces.push(piece);
  }

  function complete(): void {
    if (pending > options.maxBytes) sink.problem(firstLine, "too_long");
    else
      sink.object(pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces), firstLine);
    pieces = [];
    pending = 0;
  }

  /** A byte outside of any object. */
  function between(byte: number): void {
    if (options.inArray && byte === closeBracket) isOver = true;
    else if (!isBetween(byte) && !isJunk) {
      isJunk = true;
      sink.problem(line, "unreadable");
    }
  }

  /** A byte within an object; tells whether it ends the object. */
  function within(byte: number): boolean {
    if (isEscaped) isEscaped = false;
    else if (inText) {
      if (byte === backslash) isEscaped = true;
      else if (byte === quoteMark) inText = false;
    } else if (byte === quoteMark) inText = true;
    else if (byte === openBrace || byte === openBracket) depth++;
    else if (byte === closeBrace || byte === closeBracket) return --depth === 0;
    return false;
  }

  return {
    push(chunk) {
      let begin = depth > 0 ? 0 : -1;
      for (let index = 0; index < chunk.length && !isOver; index++) {
        const byte = chunk[index] ?? 0;
        if (byte === lineFeed) line++;
        if (skip > 0) skip--;
        else if (depth > 0) {
          if (!within(byte)) continue;
          keep(chunk.subarray(begin, index + 1));
          complete();
        } else if (byte === openBrace) {
          depth = 1;
          begin = index;
          firstLine = line;
          isJunk = false;
        } else between(byte);
      }
      if (depth > 0) keep(chunk.subarray(begin));
    },
    finish() {
      if (depth > 0)
        sink.problem(firstLine, pending > options.maxBytes ? "too_long" : "unreadable");
    },
  };
}
