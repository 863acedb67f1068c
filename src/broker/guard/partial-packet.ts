import { packetSize, unknownSize } from "./frames.js";

/** Gathers a packet that comes in pieces, in at most twice the memory that has arrived. */
export interface PartialPacket {
  /** Whether a packet has begun. */
  isPending(): boolean;
  /** The whole size of the packet; `unknownSize` or `invalidSize` as long as that is so. */
  size(): number;
  /** Takes what the packet still needs from the start of a chunk; returns how many bytes it took. */
  add(chunk: Buffer): number;
  /** The packet, once it is whole. */
  take(): Buffer | undefined;
}

const firstCapacity = 64;
const longestHeader = 5;

/** Creates an empty one; it serves one connection for all its packets. */
export function createPartialPacket(): PartialPacket {
  let bytes: Buffer | undefined;
  let length = 0;
  let size: number = unknownSize;

  /** Doubles the room, so that a packet that comes byte by byte is not copied for each of them. */
  const append = (chunk: Buffer): void => {
    const needed = length + chunk.length;
    if (bytes === undefined || bytes.length < needed) {
      const grown = Buffer.allocUnsafeSlow(Math.max(firstCapacity, needed, length * 2));
      bytes?.copy(grown, 0, 0, length);
      bytes = grown;
    }
    chunk.copy(bytes, length);
    length = needed;
  };

  /** Takes one byte after the other until the header says how long the packet is. */
  const addHeader = (chunk: Buffer): number => {
    const most = Math.min(chunk.length, longestHeader - length);
    for (let taken = 0; taken < most; taken += 1) {
      if (size !== unknownSize) return taken;
      append(chunk.subarray(taken, taken + 1));
      size = packetSize((bytes ?? chunk).subarray(0, length), 0);
    }
    return Math.max(0, most);
  };

  return {
    isPending: () => length > 0,
    size: () => size,
    add(chunk) {
      const taken = addHeader(chunk);
      if (size <= 0) return taken;
      const rest = Math.min(size - length, chunk.length - taken);
      if (rest > 0) append(chunk.subarray(taken, taken + rest));
      return taken + rest;
    },
    take() {
      if (size <= 0 || length < size || bytes === undefined) return undefined;
      const whole = bytes.subarray(0, length);
      bytes = undefined;
      length = 0;
      size = unknownSize;
      return whole;
    },
  };
}
