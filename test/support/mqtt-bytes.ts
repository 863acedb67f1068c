import { encodeVariableInteger } from "../../src/broker/guard/frames.js";

/** Bytes of MQTT packets as a test wants them, right or wrong. */
export type Version = 3 | 4 | 5;

/** A text with its length before it. */
export function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

export function packet(header: number, ...parts: readonly (Buffer | readonly number[])[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from([header, ...encodeVariableInteger(body.length)]), body]);
}

/** A list of properties with its length; nothing at all before MQTT 5. */
export function properties(version: Version, ...parts: readonly (Buffer | number[])[]): Buffer {
  if (version < 5) return Buffer.alloc(0);
  const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([Buffer.from(encodeVariableInteger(body.length)), body]);
}

export interface ConnectParts {
  readonly version: Version;
  readonly clientId?: string | Buffer;
  /** 2 is a clean start; 0 resumes. */
  readonly flags?: number;
  /** Seconds. */
  readonly keepAlive?: number;
  readonly properties?: readonly (Buffer | number[])[];
  /** What comes behind the client id: will and credentials. */
  readonly rest?: readonly (Buffer | number[])[];
}

export function connect(parts: ConnectParts): Buffer {
  const { version, clientId = "", flags = 2, keepAlive = 60, rest = [] } = parts;
  const name = version === 3 ? "MQIsdp" : "MQTT";
  const own = properties(version, ...(parts.properties ?? []));
  return packet(
    0x10,
    text(name),
    [version, flags, keepAlive >> 8, keepAlive & 0xff],
    own,
    text(clientId),
    ...rest.map(asBytes),
  );
}

function asBytes(part: Buffer | number[]): Buffer {
  return Buffer.from(part);
}

export interface PublishParts {
  readonly version: Version;
  readonly topic: string | Buffer;
  readonly payload?: string;
  /** The lower half of the first byte: DUP 8, QoS 2 and 4, RETAIN 1. */
  readonly flags?: number;
  readonly identifier?: number;
  readonly properties?: readonly (Buffer | number[])[];
}

export function publish(parts: PublishParts): Buffer {
  const { version, topic, flags = 0, identifier = 1 } = parts;
  const id = (flags & 6) === 0 ? [] : [identifier >> 8, identifier & 0xff];
  const own = properties(version, ...(parts.properties ?? []));
  return packet(0x30 | flags, text(topic), id, own, Buffer.from(parts.payload ?? "x"));
}

export function subscribe(
  version: Version,
  filters: readonly (string | Buffer)[],
  options: { readonly bits?: number; readonly properties?: (Buffer | number[])[] } = {},
): Buffer {
  const entries = filters.map((filter) =>
    Buffer.concat([text(filter), Buffer.from([options.bits ?? 0])]),
  );
  return packet(0x82, [0, 9], properties(version, ...(options.properties ?? [])), ...entries);
}

export function unsubscribe(version: Version, filters: readonly (string | Buffer)[]): Buffer {
  return packet(0xa2, [0, 9], properties(version), ...filters.map(text));
}

export const pingreq = Buffer.from([0xc0, 0]);
