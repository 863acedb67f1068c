import type { ProtocolVersion } from "./connect-packet.js";
import { type Frame, identifierAt, packetTypes, typeOf } from "./frames.js";
import { checkProperties, propertyOwners } from "./properties.js";
import { createFieldReader, type FieldReader } from "./reader.js";
import { checkTopicFilter, checkTopicName, type TopicLimits } from "./strings.js";
import { malformed, protocolError, type Violation } from "./violation.js";

/** What the checks of a connection's packets depend on. */
export interface PacketContext {
  readonly version: ProtocolVersion;
  readonly limits: TopicLimits;
}

const cutShort = malformed("a packet cut short");
const reservedFlags = malformed("reserved flags of the fixed header are set [MQTT-2.1.3-1]");
const noIdentifier = malformed("Packet Identifier 0 [MQTT-2.2.1-3]");
const tooMany = malformed("bytes behind the end of the packet");
const badReasonCode = protocolError("a reason code that this packet does not have (section 2.4)");

/** The lower half of the first byte of every packet but PUBLISH (section 2.1.3). */
const headerFlags: Readonly<Record<number, number>> = {
  [packetTypes.puback]: 0,
  [packetTypes.pubrec]: 0,
  [packetTypes.pubrel]: 2,
  [packetTypes.pubcomp]: 0,
  [packetTypes.subscribe]: 2,
  [packetTypes.unsubscribe]: 2,
  [packetTypes.pingreq]: 0,
  [packetTypes.disconnect]: 0,
  [packetTypes.auth]: 0,
};

const receivedCodes: ReadonlySet<number> = new Set([
  0, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99,
]);
const releasedCodes: ReadonlySet<number> = new Set([0, 0x92]);
const disconnectCodes: ReadonlySet<number> = new Set([
  0, 4, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99,
]);

/**
 * Checks any packet that a client may send after its CONNECT, save SUBSCRIBE, which is read filter by
 * filter (`subscribe-packet.ts`). Returns what is wrong with it, if anything is.
 */
export function checkPacket(frame: Frame, context: PacketContext): Violation | undefined {
  const header = frame.bytes[frame.start] ?? 0;
  const type = typeOf(header);
  if (type === packetTypes.publish) return checkPublish(frame, context);
  if (type === packetTypes.connect) return protocolError("a second CONNECT [MQTT-3.1.0-2]");
  const flags = headerFlags[type];
  if (flags === undefined || (type === packetTypes.auth && context.version < 5)) {
    return malformed(`packet type ${type} is not for a client to send (section 2.1.2)`);
  }
  if ((header & 0x0f) !== flags) return reservedFlags;
  switch (type) {
    case packetTypes.puback:
    case packetTypes.pubrec:
      return checkAcknowledgement(frame, context, receivedCodes);
    case packetTypes.pubrel:
    case packetTypes.pubcomp:
      return checkAcknowledgement(frame, context, releasedCodes);
    case packetTypes.unsubscribe:
      return checkUnsubscribe(frame, context);
    case packetTypes.pingreq:
      return frame.body === frame.end ? undefined : tooMany;
    case packetTypes.disconnect:
      return checkDisconnect(frame, context);
    case packetTypes.auth:
      return protocolError("AUTH without an Authentication Method (section 4.12)");
    default:
      return undefined;
  }
}

/** QoS of a PUBLISH by its first byte. */
export function qosOf(header: number | undefined): number {
  return ((header ?? 0) >> 1) & 3;
}

/** The Packet Identifier of a PUBLISH with QoS 1 or 2, behind its topic (section 3.3.2.2). */
export function publishIdentifier({ bytes, body }: Frame): number {
  return identifierAt(bytes, body + 2 + identifierAt(bytes, body));
}

function checkPublish(frame: Frame, { version, limits }: PacketContext): Violation | undefined {
  const { bytes, start, body, end } = frame;
  const header = bytes[start] ?? 0;
  const qos = qosOf(header);
  if (qos === 3) return malformed("QoS 3 [MQTT-3.3.1-4]");
  if (qos === 0 && (header & 8) !== 0) return malformed("DUP with QoS 0 [MQTT-3.3.1-2]");
  if (body + 2 > end) return cutShort;
  const topicStart = body + 2;
  let offset = topicStart + identifierAt(bytes, body);
  if (offset > end) return cutShort;
  // An empty topic needs a Topic Alias, and none is allowed here: say so ([MQTT-3.3.2-9]).
  const hasTopic = version < 5 || offset > topicStart;
  if (hasTopic) {
    const problem = checkTopicName({ bytes, start: topicStart, end: offset }, limits);
    if (problem !== undefined) return problem;
  }
  if (qos > 0) {
    if (offset + 2 > end) return cutShort;
    if (identifierAt(bytes, offset) === 0) return noIdentifier;
    offset += 2;
  }
  if (version < 5) return undefined;
  // Most messages have no property at all.
  if (bytes[offset] === 0 && offset < end && hasTopic) return undefined;
  const reader = createFieldReader(frame, offset);
  const problem = checkProperties({ frame, reader, owner: propertyOwners.publish, limits });
  return (
    problem ?? (hasTopic ? undefined : protocolError("no topic and no alias (section 3.3.2.1)"))
  );
}

/** Reads the Packet Identifier: `undefined` and a Violation are what can be wrong with it. */
function checkIdentifier(reader: FieldReader): Violation | undefined {
  const identifier = reader.integer();
  if (identifier === undefined) return cutShort;
  return identifier === 0 ? noIdentifier : undefined;
}

/** PUBACK, PUBREC, PUBREL, PUBCOMP: sections 3.4 to 3.7. */
function checkAcknowledgement(
  frame: Frame,
  { version, limits }: PacketContext,
  codes: ReadonlySet<number>,
): Violation | undefined {
  const reader = createFieldReader(frame);
  const problem = checkIdentifier(reader);
  if (problem !== undefined || reader.isAtEnd()) return problem;
  if (version < 5) return tooMany;
  return checkReason({ frame, reader, limits, owner: propertyOwners.acknowledgement }, codes);
}

/** A reason code and properties, either of which may be left out (section 3.4.2). */
function checkReason(
  context: Parameters<typeof checkProperties>[0],
  codes: ReadonlySet<number>,
): Violation | undefined {
  const { reader } = context;
  const code = reader.byte();
  if (code !== undefined && !codes.has(code)) return badReasonCode;
  if (reader.isAtEnd()) return undefined;
  return checkProperties(context) ?? (reader.isAtEnd() ? undefined : tooMany);
}

function checkDisconnect(frame: Frame, { version, limits }: PacketContext): Violation | undefined {
  if (frame.body === frame.end) return undefined;
  if (version < 5) return tooMany;
  const reader = createFieldReader(frame);
  const owner = propertyOwners.disconnect;
  return checkReason({ frame, reader, limits, owner }, disconnectCodes);
}

/** At least one filter [MQTT-3.10.3-2], each as in SUBSCRIBE [MQTT-3.10.3-1]. */
function checkUnsubscribe(frame: Frame, { version, limits }: PacketContext): Violation | undefined {
  const reader = createFieldReader(frame);
  const problem =
    checkIdentifier(reader) ??
    (version === 5
      ? checkProperties({ frame, reader, owner: propertyOwners.unsubscribe, limits })
      : undefined);
  if (problem !== undefined) return problem;
  if (reader.isAtEnd()) return protocolError("UNSUBSCRIBE without a filter [MQTT-3.10.3-2]");
  while (!reader.isAtEnd()) {
    const filter = reader.sized();
    if (filter === undefined) return cutShort;
    const filterProblem = checkTopicFilter(filter, limits);
    if (filterProblem !== undefined) return filterProblem;
  }
  return undefined;
}
