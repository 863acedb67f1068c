/** Turns the bytes of a recording into samples. */
export interface PcmStream {
  /**
   * @param bytes the next piece, of any length
   * @returns the whole samples that it completes, possibly none; valid until the next call
   */
  read(bytes: Uint8Array): Int16Array;
}

const none = new Int16Array(0);

/** A WAV header is 44 bytes from arecord; no known program writes a longer one than this. */
const maxHeaderBytes = 1_024;

/**
 * Creates a reader of one recording: 16-bit little-endian mono, after a WAV header or bare.
 *
 * The header may be split over pieces; read as samples it would be a false peak. A piece may end
 * in the middle of a sample; taken as it comes, everything after it would be noise.
 */
export function createPcmStream(): PcmStream {
  let header: Uint8Array | undefined = new Uint8Array(0);
  let half: number | undefined;
  // One piece after the other goes here: eight new buffers a second would fragment the memory.
  let target = new Uint8Array(65_536);

  // A copy, because the samples must begin at an even address and half a sample may come first.
  function align(bytes: Uint8Array): Int16Array {
    if (bytes.length === 0) return none;
    const offset = half === undefined ? 0 : 1;
    const count = (offset + bytes.length) >> 1;
    if (target.length < 2 * count) target = new Uint8Array(2 * count);
    target.set(bytes.subarray(0, 2 * count - offset), offset);
    if (half !== undefined) target[0] = half;
    half = (offset + bytes.length) % 2 === 1 ? bytes.at(-1) : undefined;
    return new Int16Array(target.buffer, 0, count);
  }

  return {
    read(bytes) {
      if (header === undefined) return align(bytes);
      header = concat(header, bytes);
      const start = audioStart(header);
      if (start === undefined) return none;
      const audio = header.subarray(start);
      header = undefined;
      return align(audio);
    },
  };
}

/** Where the audio begins; `undefined` as long as that cannot be told. */
function audioStart(bytes: Uint8Array): number | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const tag = text.toString("latin1", 0, 4);
  if (!"RIFF".startsWith(tag)) return 0;
  if (bytes.length < 12) return undefined;
  let at = 12;
  while (at + 8 <= bytes.length) {
    if (text.toString("latin1", at, at + 4) === "data") return at + 8;
    at += 8 + text.readUInt32LE(at + 4);
  }
  return at + 8 > maxHeaderBytes ? 0 : undefined;
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
