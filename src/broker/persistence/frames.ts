import { crc32 } from "node:zlib";

/** One change of the broker's state: a record's new value, or `undefined` when it is gone. */
export interface Change {
  readonly key: string;
  readonly value: Buffer | undefined;
}

/** What could be read of a journal, and where the part that could not begins. */
export interface Replay {
  readonly records: Map<string, Buffer>;
  /** Bytes up to the end of the last whole frame. */
  readonly end: number;
  /** Why reading ended before the end of the file; `undefined` when all was read. */
  readonly damage: "cut short" | "damaged" | undefined;
}

const headerBytes = 8;
const deleted = 0xff_ff_ff_ff;
/** A wrong length in the middle of the file looks like a cut, but loses more than one write. */
const maxCutBytes = 64 * 1024;

/**
 * Writes changes as one frame, which takes effect as a whole or not at all: the body's length, its
 * CRC-32, and per change the key's length, the key, the value's length (all ones: deleted), the
 * value. Numbers are 32 bits, little-endian.
 */
export function encodeFrame(changes: Iterable<Change>): Buffer {
  const parts: Buffer[] = [];
  for (const { key, value } of changes) {
    const name = Buffer.from(key);
    parts.push(uint32(name.length), name, uint32(value?.length ?? deleted));
    if (value !== undefined) parts.push(value);
  }
  const body = Buffer.concat(parts);
  return Buffer.concat([uint32(body.length), uint32(crc32(body)), body]);
}

/** Plays the frames from `start` on, in their order, up to the first that is not whole. */
export function replayFrames(bytes: Buffer, start: number): Replay {
  const records = new Map<string, Buffer>();
  let end = start;
  while (end < bytes.length) {
    const body = bodyAt(bytes, end);
    if (body === undefined) return { records, end, damage: damageAt(bytes, end) };
    applyChanges(body, records);
    end += headerBytes + body.length;
  }
  return { records, end, damage: undefined };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function bodyAt(bytes: Buffer, start: number): Buffer | undefined {
  if (start + headerBytes > bytes.length) return undefined;
  const length = bytes.readUInt32LE(start);
  const end = start + headerBytes + length;
  // An empty frame is never written; a file that a power cut left with zeros is full of them.
  if (length === 0 || end > bytes.length) return undefined;
  const body = bytes.subarray(start + headerBytes, end);
  return crc32(body) === bytes.readUInt32LE(start + 4) ? body : undefined;
}

/** What a kill or a power cut leaves is the last write begun; anything else is worth a warning. */
function damageAt(bytes: Buffer, start: number): Replay["damage"] {
  const rest = bytes.subarray(start);
  if (rest.every((byte) => byte === 0)) return "cut short";
  const reachesEnd = rest.length < headerBytes || headerBytes + rest.readUInt32LE(0) >= rest.length;
  return reachesEnd && rest.length <= maxCutBytes ? "cut short" : "damaged";
}

function applyChanges(body: Buffer, records: Map<string, Buffer>): void {
  let at = 0;
  while (at < body.length) {
    const keyEnd = at + 4 + body.readUInt32LE(at);
    const key = body.toString("utf8", at + 4, keyEnd);
    const length = body.readUInt32LE(keyEnd);
    at = keyEnd + 4;
    if (length === deleted) {
      records.delete(key);
      continue;
    }
    records.set(key, body.subarray(at, at + length));
    at += length;
  }
}
