import type { DeliveryLimits } from "./delivery-window.js";
import type { Frame } from "./frames.js";
import { checkProperties, propertyOwners } from "./properties.js";
import { createFieldReader, type FieldReader } from "./reader.js";
import { checkName, checkText, checkTopicName, type TopicLimits } from "./strings.js";
import { malformed, protocolError, reasonCodes, type Violation } from "./violation.js";

/** 3 is MQTT 3.1, 4 is 3.1.1. */
export type ProtocolVersion = 3 | 4 | 5;

/** What the guard needs to know of a CONNECT. */
export interface ConnectFacts {
  readonly version: ProtocolVersion;
  readonly clientId: string;
  readonly isCleanStart: boolean;
  readonly willTopic: string | undefined;
  /** `undefined`: it takes whatever there is. */
  readonly delivery: DeliveryLimits | undefined;
}

/** What came of a CONNECT; `version` is known even of some that are refused. */
export type ConnectVerdict =
  | { readonly facts: ConnectFacts; readonly violation?: never }
  | {
      readonly violation: Violation;
      /** In which form the CONNACK goes out; `undefined`: none, the connection is just closed. */
      readonly answerAs: ProtocolVersion | undefined;
    };

export interface ConnectLimits extends TopicLimits {
  readonly clientIdBytes: number;
  readonly packetBytes: number;
}

const cutShort = malformed("a CONNECT cut short (section 3.1)");
const flagBits = { reserved: 1, clean: 2, will: 4, willQos: 0x18, willRetain: 0x20 } as const;
const passwordBit = 0x40;
const usernameBit = 0x80;

/** Checks a CONNECT from its first to its last byte (section 3.1), for all three versions. */
export function checkConnect(frame: Frame, limits: ConnectLimits): ConnectVerdict {
  const reader = createFieldReader(frame);
  const protocol = readProtocol(frame, reader);
  if ("violation" in protocol) return protocol;
  const { version } = protocol;
  const read = readPayload({ frame, reader, version, limits });
  if ("code" in read) return { violation: read, answerAs: version };
  return { facts: read };
}

type Refused = Extract<ConnectVerdict, { readonly violation: Violation }>;

/** Protocol Name [MQTT-3.1.2-1] and Protocol Version [MQTT-3.1.2-2]. */
function readProtocol(
  frame: Frame,
  reader: FieldReader,
): { readonly version: ProtocolVersion } | Refused {
  if (((frame.bytes[frame.start] ?? 0) & 0x0f) !== 0) {
    const violation = malformed("reserved flags of CONNECT are set [MQTT-2.1.3-1]");
    return { violation, answerAs: undefined };
  }
  const name = reader.sized();
  const level = reader.byte();
  if (name === undefined || level === undefined)
    return { violation: cutShort, answerAs: undefined };
  const text = frame.bytes.toString("latin1", name.start, name.end);
  if (text !== "MQTT" && text !== "MQIsdp") {
    return { violation: protocolError("not MQTT [MQTT-3.1.2-1]"), answerAs: undefined };
  }
  if (text === "MQIsdp" && level === 3) return { version: 3 };
  if (text === "MQTT" && (level === 4 || level === 5)) return { version: level };
  const code = reasonCodes.unsupportedProtocolVersion;
  const violation = { reason: `protocol version ${level} [MQTT-3.1.2-2]`, code };
  return { violation, answerAs: level > 5 && level < 0x80 ? 5 : 4 };
}

interface PayloadContext {
  readonly frame: Frame;
  readonly reader: FieldReader;
  readonly version: ProtocolVersion;
  readonly limits: ConnectLimits;
}

/** Flags, keep alive, properties and the payload in its fixed order [MQTT-3.1.3-1]. */
function readPayload(context: PayloadContext): ConnectFacts | Violation {
  const { frame, reader, version, limits } = context;
  const flags = reader.byte();
  const keepAlive = reader.integer();
  if (flags === undefined || keepAlive === undefined) return cutShort;
  const offsets = new Map<number, number>();
  const onProperty = (identifier: number, offset: number): void => {
    offsets.set(identifier, offset);
  };
  const problem =
    checkFlags(flags, version) ??
    (version === 5
      ? checkProperties({ frame, reader, owner: propertyOwners.connect, limits, onProperty })
      : undefined);
  if (problem !== undefined) return problem;
  const id = reader.sized();
  if (id === undefined) return cutShort;
  if (id.end - id.start > limits.clientIdBytes) {
    const code = reasonCodes.clientIdentifierNotValid;
    return { reason: `a Client Identifier of more than ${limits.clientIdBytes} bytes`, code };
  }
  const idProblem = checkName(id);
  if (idProblem !== undefined) return idProblem;
  const willTopic = (flags & flagBits.will) === 0 ? undefined : readWill(context);
  if (typeof willTopic === "object") return willTopic;
  const credentialProblem = checkCredentials(reader, flags);
  if (credentialProblem !== undefined) return credentialProblem;
  if (!reader.isAtEnd()) return malformed("bytes behind the end of CONNECT (section 3.1.3)");
  return {
    version,
    clientId: frame.bytes.toString("utf8", id.start, id.end),
    isCleanStart: (flags & flagBits.clean) !== 0,
    willTopic,
    delivery: readDeliveryLimits(frame, offsets, limits),
  };
}

/** What a client may have unacknowledged, when it says nothing (section 3.1.2.11.3). */
const anyNumber = 65_535;

/** Limits that no packet can meet are none: many clients give the largest that there is. */
function readDeliveryLimits(
  { bytes }: Frame,
  offsets: ReadonlyMap<number, number>,
  { packetBytes }: ConnectLimits,
): DeliveryLimits | undefined {
  const [countAt, sizeAt] = [offsets.get(0x21), offsets.get(0x27)];
  const receiveMaximum = countAt === undefined ? anyNumber : bytes.readUInt16BE(countAt);
  const size = sizeAt === undefined ? Number.POSITIVE_INFINITY : bytes.readUInt32BE(sizeAt);
  // What goes out can be a little larger than what came in, by its Subscription Identifiers.
  const maximumPacketSize = size >= 2 * packetBytes ? Number.POSITIVE_INFINITY : size;
  const isLimited = receiveMaximum < anyNumber || Number.isFinite(maximumPacketSize);
  return isLimited ? { receiveMaximum, maximumPacketSize } : undefined;
}

function checkFlags(flags: number, version: ProtocolVersion): Violation | undefined {
  if ((flags & flagBits.reserved) !== 0)
    return malformed("the reserved flag is set [MQTT-3.1.2-3]");
  const willQos = (flags & flagBits.willQos) >> 3;
  if (willQos === 3) return malformed("a will of QoS 3 [MQTT-3.1.2-12]");
  const hasWill = (flags & flagBits.will) !== 0;
  if (!hasWill && (willQos !== 0 || (flags & flagBits.willRetain) !== 0)) {
    return malformed("flags of a will without a will [MQTT-3.1.2-11], [MQTT-3.1.2-13]");
  }
  const hasPasswordOnly = (flags & passwordBit) !== 0 && (flags & usernameBit) === 0;
  if (hasPasswordOnly && version < 5) {
    return malformed("a password without a user name (3.1.1: [MQTT-3.1.2-22])");
  }
  return undefined;
}

/** Will properties, topic and payload (sections 3.1.3.2 to 3.1.3.4); the topic when they are fine. */
function readWill({ frame, reader, version, limits }: PayloadContext): string | Violation {
  if (version === 5) {
    const problem = checkProperties({ frame, reader, owner: propertyOwners.will, limits });
    if (problem !== undefined) return problem;
  }
  const topic = reader.sized();
  if (topic === undefined || reader.sized() === undefined) return cutShort;
  return checkTopicName(topic, limits) ?? frame.bytes.toString("utf8", topic.start, topic.end);
}

function checkCredentials(reader: FieldReader, flags: number): Violation | undefined {
  if ((flags & usernameBit) !== 0) {
    const username = reader.sized();
    if (username === undefined) return cutShort;
    const problem = checkText(username);
    if (problem !== undefined) return problem;
  }
  if ((flags & passwordBit) !== 0 && reader.sized() === undefined) return cutShort;
  return undefined;
}
