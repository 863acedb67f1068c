import { type Frame, identifierAt, readVariableInteger } from "./frames.js";
import type { Span } from "./strings.js";

/** Walks through the fields of a packet; a field beyond its end is `undefined`. */
export interface FieldReader {
  offset(): number;
  isAtEnd(): boolean;
  byte(): number | undefined;
  /** Two Byte Integer (section 1.5.2). */
  integer(): number | undefined;
  /** Four Byte Integer (section 1.5.3). */
  longInteger(): number | undefined;
  /** Variable Byte Integer (section 1.5.5). */
  variableInteger(): number | undefined;
  /** The bytes behind a length of two bytes (sections 1.5.4 and 1.5.6). */
  sized(): Span | undefined;
  skipTo(offset: number): void;
}

/** Reads a packet from the end of its fixed header, or from a later offset. */
export function createFieldReader(frame: Frame, from: number = frame.body): FieldReader {
  const { bytes, end } = frame;
  let offset = from;
  const take = (count: number): number | undefined => {
    const at = offset;
    if (at + count > end) return undefined;
    offset += count;
    return at;
  };
  const integer = (): number | undefined => {
    const at = take(2);
    return at === undefined ? undefined : identifierAt(bytes, at);
  };
  return {
    offset: () => offset,
    isAtEnd: () => offset === end,
    byte() {
      const at = take(1);
      return at === undefined ? undefined : bytes[at];
    },
    integer,
    longInteger() {
      const at = take(4);
      return at === undefined ? undefined : bytes.readUInt32BE(at);
    },
    variableInteger() {
      const read = readVariableInteger(frame, offset);
      if (read === undefined) return undefined;
      offset = read.next;
      return read.value;
    },
    sized() {
      const length = integer();
      const start = length === undefined ? undefined : take(length);
      return start === undefined ? undefined : { bytes, start, end: offset };
    },
    skipTo(to) {
      offset = to;
    },
  };
}
