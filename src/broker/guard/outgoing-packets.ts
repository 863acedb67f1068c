import { type Frame, frameAt, packetSize } from "./frames.js";

/** Pieces from this size on are passed on as they are; smaller ones are joined. */
const largePiece = 8 * 1024;

/**
 * Joins the six to eight small pieces in which Aedes writes a packet, finds the packets in them, and
 * lets each be replaced.
 *
 * @param replace returns what goes out instead, possibly nothing; `undefined` leaves the packet as it
 *   is. Of a PUBLISH only the start may be there, of any other packet all of it.
 */
export function createOutgoingPackets(
  replace: (frame: Frame) => Buffer | undefined,
): (pieces: readonly Buffer[]) => Buffer[] {
  /** Bytes still to come of a PUBLISH whose start has gone out. */
  let rest = 0;

  const walk = (bytes: Buffer, out: Buffer[]): void => {
    let offset = Math.min(rest, bytes.length);
    rest -= offset;
    let from = 0;
    while (offset < bytes.length) {
      const size = packetSize(bytes, offset);
      if (size <= 0) break;
      const frame = frameAt(bytes, offset, size);
      const replacement = replace(frame);
      if (replacement !== undefined) {
        if (offset > from) out.push(bytes.subarray(from, offset));
        if (replacement.length > 0) out.push(replacement);
        from = frame.end;
      }
      offset = frame.end;
    }
    rest += Math.max(0, offset - bytes.length);
    if (from < bytes.length) out.push(from === 0 ? bytes : bytes.subarray(from));
  };

  return (pieces) => {
    const out: Buffer[] = [];
    for (const bytes of join(pieces)) walk(bytes, out);
    return out;
  };
}

function join(pieces: readonly Buffer[]): readonly Buffer[] {
  if (pieces.every(({ length }) => length < largePiece)) return [Buffer.concat(pieces)];
  const joined: Buffer[] = [];
  let small: Buffer[] = [];
  for (const piece of pieces) {
    if (piece.length < largePiece) small.push(piece);
    else {
      if (small.length > 0) joined.push(Buffer.concat(small));
      small = [];
      joined.push(piece);
    }
  }
  if (small.length > 0) joined.push(Buffer.concat(small));
  return joined;
}
