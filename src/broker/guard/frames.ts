/** The types of MQTT control packets (section 2.1.2). */
export const packetTypes = {
  connect: 1,
  connack: 2,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  suback: 9,
  unsubscribe: 10,
  unsuback: 11,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
  auth: 15,
} as const;

const firstErrorCode = 0x80;

/** One whole packet inside a larger buffer. */
export interface Frame {
  readonly bytes: Buffer;
  /** Offset of the fixed header. */
  readonly start: number;
  /** Offset behind the fixed header. */
  readonly body: number;
  /** Offset behind the packet. */
  readonly end: number;
}

/** The size of a packet is not known before its whole fixed header is there. */
export const unknownSize = 0;
/** A Remaining Length of more than four bytes (section 2.1.4). */
export const invalidSize = -1;

/**
 * The size of the packet at an offset, fixed header included; `unknownSize` while its header is
 * incomplete, `invalidSize` when the Remaining Length has a fifth byte.
 */
export function packetSize(bytes: Buffer, offset: number): number {
  let remaining = 0;
  for (let count = 0; count < 4; count += 1) {
    const position = offset + 1 + count;
    const byte = bytes[position];
    if (byte === undefined) return unknownSize;
    remaining += (byte & 0x7f) << (7 * count);
    if (byte < 0x80) return 2 + count + remaining;
  }
  return invalidSize;
}

/** The packet at an offset, which is known to be whole. */
export function frameAt(bytes: Buffer, start: number, size: number): Frame {
  let body = start + 2;
  while ((bytes[body - 1] ?? 0) >= 0x80) body += 1;
  return { bytes, start, body, end: start + size };
}

/** The packet type of a fixed header's first byte. */
export function typeOf(header: number | undefined): number {
  return (header ?? 0) >> 4;
}

/** The Packet Identifier at an offset; 0 is none ([MQTT-2.2.1-3]). */
export function identifierAt(bytes: Buffer, offset: number): number {
  return ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
}

/** Whether an acknowledgement carries a reason code that says no (section 2.4). */
export function isFailure({ bytes, body, end }: Frame): boolean {
  return end > body + 2 && (bytes[body + 2] ?? 0) >= firstErrorCode;
}

/** A Variable Byte Integer (section 1.5.5) and the offset behind it; `undefined` when it is broken. */
export function readVariableInteger(
  frame: Frame,
  offset: number,
): { readonly value: number; readonly next: number } | undefined {
  let value = 0;
  for (let count = 0; count < 4; count += 1) {
    const position = offset + count;
    const byte = frame.bytes[position];
    if (byte === undefined || position >= frame.end) return undefined;
    value += (byte & 0x7f) << (7 * count);
    if (byte < 0x80) {
      // [MQTT-1.5.5-1] The encoded value must use the fewest bytes.
      return count > 0 && byte === 0 ? undefined : { value, next: position + 1 };
    }
  }
  return undefined;
}

/** A Variable Byte Integer as bytes. */
export function encodeVariableInteger(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const digit = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? digit | 0x80 : digit);
  } while (rest > 0);
  return bytes;
}
