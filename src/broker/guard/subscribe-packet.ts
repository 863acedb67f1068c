import { encodeVariableInteger, type Frame } from "./frames.js";
import type { PacketContext } from "./packets.js";
import { checkProperties, propertyOwners } from "./properties.js";
import { createFieldReader } from "./reader.js";
import { checkTopicFilter, type Span } from "./strings.js";
import { malformed, protocolError, type Violation } from "./violation.js";

/** One filter of a SUBSCRIBE with its options (section 3.8.3.1). */
export interface Subscription {
  readonly filter: string;
  readonly span: Span;
  readonly options: number;
}

/** A SUBSCRIBE taken apart. */
export interface SubscribeFacts {
  readonly identifier: number;
  /** Property Length and properties as they came; empty before MQTT 5. */
  readonly properties: Buffer;
  readonly subscriptions: readonly Subscription[];
}

const cutShort = malformed("a SUBSCRIBE cut short (section 3.8)");
const subscribeHeader = 0x82;
const noLocalBit = 4;

/** Reads and checks a SUBSCRIBE (section 3.8), for all three versions. */
export function readSubscribe(frame: Frame, context: PacketContext): SubscribeFacts | Violation {
  const { version, limits } = context;
  if ((frame.bytes[frame.start] ?? 0) !== subscribeHeader) {
    return malformed("reserved flags of SUBSCRIBE [MQTT-3.8.1-1]");
  }
  const reader = createFieldReader(frame);
  const identifier = reader.integer();
  if (identifier === undefined) return cutShort;
  if (identifier === 0) return malformed("Packet Identifier 0 [MQTT-2.2.1-3]");
  const propertiesStart = reader.offset();
  if (version === 5) {
    const owner = propertyOwners.subscribe;
    const problem = checkProperties({ frame, reader, owner, limits });
    if (problem !== undefined) return problem;
  }
  const properties = frame.bytes.subarray(propertiesStart, reader.offset());
  const subscriptions: Subscription[] = [];
  while (!reader.isAtEnd()) {
    const span = reader.sized();
    const options = reader.byte();
    if (span === undefined || options === undefined) return cutShort;
    const filter = frame.bytes.toString("utf8", span.start, span.end);
    const problem = checkTopicFilter(span, limits) ?? checkOptions({ filter, options }, version);
    if (problem !== undefined) return problem;
    subscriptions.push({ filter, span, options });
  }
  if (subscriptions.length === 0) return protocolError("SUBSCRIBE without a filter [MQTT-3.8.3-2]");
  return { identifier, properties, subscriptions };
}

/** QoS, No Local, Retain As Published, Retain Handling and two reserved bits. */
function checkOptions(
  { filter, options }: Pick<Subscription, "filter" | "options">,
  version: number,
): Violation | undefined {
  if ((options & 3) === 3) return protocolError("a requested QoS of 3 (section 3.8.3.1)");
  const reserved = version === 5 ? 0xc0 : 0xfc;
  if ((options & reserved) !== 0) return malformed("reserved options are set [MQTT-3.8.3-5]");
  if (((options >> 4) & 3) === 3) return protocolError("Retain Handling 3 (section 3.8.3.1)");
  if ((options & noLocalBit) !== 0 && filter.startsWith("$share/")) {
    return protocolError("No Local on a shared subscription [MQTT-3.8.3-4]");
  }
  return undefined;
}

/** A SUBSCRIBE with one filter out of a larger one, under an identifier of the guard's own. */
export function encodeSubscribe(
  { properties }: SubscribeFacts,
  { span, options }: Subscription,
  identifier: number,
): Buffer {
  const length = span.end - span.start;
  const remaining = 2 + properties.length + 2 + length + 1;
  return Buffer.concat([
    Buffer.from([subscribeHeader, ...encodeVariableInteger(remaining)]),
    Buffer.from([identifier >> 8, identifier & 0xff]),
    properties,
    Buffer.from([length >> 8, length & 0xff]),
    span.bytes.subarray(span.start, span.end),
    Buffer.from([options]),
  ]);
}
