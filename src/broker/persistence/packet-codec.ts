import { z } from "zod";
import type { Packet } from "./packet.js";

/** Short names, because each queued message carries them. Absent values are left out. */
const headerSchema = z.object({
  c: z.string().optional(),
  t: z.string(),
  q: z.number().int().min(0).max(2),
  r: z.boolean(),
  d: z.boolean().optional(),
  m: z.number().int().optional(),
  e: z.number().optional(),
  b: z.string().optional(),
  n: z.number().optional(),
  i: z.string().optional(),
  o: z.string().optional(),
  p: z.looseObject({}).optional(),
  /** Correlation Data in base64: the one property of a message that is not text or number. */
  k: z.string().optional(),
});

const lengthBytes = 4;

/** Writes a packet as the length of a JSON header, the header, and the payload as it is. */
export function encodePacket(packet: Packet): Buffer {
  const { correlationData, properties } = splitProperties(packet.properties);
  const header = Buffer.from(
    JSON.stringify({
      c: packet.cmd,
      t: packet.topic,
      q: packet.qos,
      r: packet.retain,
      d: packet.dup,
      m: packet.messageId,
      e: packet.messageExpiry,
      b: packet.brokerId ?? undefined,
      n: packet.brokerCounter,
      i: packet.clientId,
      o: packet.owner,
      p: properties,
      k: correlationData,
    }),
  );
  const length = Buffer.allocUnsafe(lengthBytes);
  length.writeUInt32LE(header.length);
  return Buffer.concat([length, header, Buffer.from(packet.payload)]);
}

/**
 * Reads what `encodePacket` wrote; the payload gets memory of its own.
 *
 * @throws Error when the bytes are not a packet's
 */
export function decodePacket(bytes: Buffer): Packet {
  const end = lengthBytes + bytes.readUInt32LE(0);
  const text = bytes.toString("utf8", lengthBytes, end);
  const header = headerSchema.parse(JSON.parse(text));
  const { k: correlationData, p } = header;
  const properties =
    correlationData === undefined
      ? p
      : { ...p, correlationData: Buffer.from(correlationData, "base64") };
  const payload = Buffer.allocUnsafeSlow(Math.max(0, bytes.length - end));
  bytes.copy(payload, 0, end);
  return {
    ...(header.i === undefined ? {} : { clientId: header.i }),
    ...(header.o === undefined ? {} : { owner: header.o }),
    ...(properties === undefined ? {} : { properties }),
    ...(header.e === undefined ? {} : { messageExpiry: header.e }),
    cmd: header.c ?? "publish",
    brokerId: header.b,
    brokerCounter: header.n ?? 0,
    topic: header.t,
    payload,
    qos: header.q,
    retain: header.r,
    dup: header.d ?? false,
    messageId: header.m,
  };
}

function splitProperties(properties: object | undefined): {
  readonly properties?: object;
  readonly correlationData?: string;
} {
  if (properties === undefined) return {};
  const data: unknown = Reflect.get(properties, "correlationData");
  if (!Buffer.isBuffer(data)) return { properties };
  return {
    properties: { ...properties, correlationData: undefined },
    correlationData: data.toString("base64"),
  };
}
