import type { Frame } from "./frames.js";
import { createFieldReader, type FieldReader } from "./reader.js";
import { checkText, checkTopicName, type TopicLimits } from "./strings.js";
import { malformed, protocolError, reasonCodes, type Violation } from "./violation.js";

/** The packets of a client that carry properties, as bits; a will's are a list of their own. */
export const propertyOwners = {
  connect: 1,
  will: 2,
  publish: 4,
  acknowledgement: 8,
  subscribe: 16,
  unsubscribe: 32,
  disconnect: 64,
} as const;

type Check = (reader: FieldReader, limits: TopicLimits) => Violation | undefined;

interface Rule {
  readonly check: Check;
  /** In which packets a client may send it (section 2.2.2.2, table 2-4). */
  readonly owners: number;
  readonly isRepeatable?: true;
}

const cutShort = malformed("a property cut short (section 2.2.2)");
const badValue = protocolError("a property with a value that is not allowed");
const badAlias: Violation = {
  reason: "a Topic Alias although Topic Alias Maximum is 0 [MQTT-3.3.2-9]",
  code: reasonCodes.topicAliasInvalid,
};

/** 0 or 1 (sections 3.1.2.11.6, 3.1.2.11.7, 3.3.2.3.2). */
const flag: Check = (reader) => {
  const value = reader.byte();
  if (value === undefined) return cutShort;
  return value > 1 ? badValue : undefined;
};

const anyLong: Check = (reader) => (reader.longInteger() === undefined ? cutShort : undefined);

/** Zero is a Protocol Error (sections 3.1.2.11.3 and 3.1.2.11.4). */
const positive =
  (read: (reader: FieldReader) => number | undefined): Check =>
  (reader) => {
    const value = read(reader);
    if (value === undefined) return cutShort;
    return value === 0 ? badValue : undefined;
  };

const anyText: Check = (reader) => {
  const text = reader.sized();
  return text === undefined ? cutShort : checkText(text);
};

const anyBytes: Check = (reader) => (reader.sized() === undefined ? cutShort : undefined);

const topicName: Check = (reader, limits) => {
  const topic = reader.sized();
  return topic === undefined ? cutShort : checkTopicName(topic, limits);
};

const pairOfTexts: Check = (reader, limits) => anyText(reader, limits) ?? anyText(reader, limits);

const { connect, will, publish, acknowledgement, subscribe, disconnect } = propertyOwners;
const everywhere = 127;

/** Everything that a client may send; what only a server sends is missing and so refused. */
const rules: ReadonlyMap<number, Rule> = new Map<number, Rule>([
  [0x01, { check: flag, owners: publish | will }], // Payload Format Indicator
  [0x02, { check: anyLong, owners: publish | will }], // Message Expiry Interval
  [0x03, { check: anyText, owners: publish | will }], // Content Type
  [0x08, { check: topicName, owners: publish | will }], // Response Topic [MQTT-3.3.2-14]
  [0x09, { check: anyBytes, owners: publish | will }], // Correlation Data
  [0x0b, { check: positive((reader) => reader.variableInteger()), owners: subscribe }], // Subscription Identifier
  [0x11, { check: anyLong, owners: connect | disconnect }], // Session Expiry Interval
  [0x15, { check: anyText, owners: connect }], // Authentication Method
  [0x16, { check: anyBytes, owners: connect }], // Authentication Data
  [0x17, { check: flag, owners: connect }], // Request Problem Information
  [0x18, { check: anyLong, owners: will }], // Will Delay Interval
  [0x19, { check: flag, owners: connect }], // Request Response Information
  [0x1f, { check: anyText, owners: acknowledgement | disconnect }], // Reason String
  [0x21, { check: positive((reader) => reader.integer()), owners: connect }], // Receive Maximum
  [
    0x22, // Topic Alias Maximum
    { check: (reader) => (reader.integer() === undefined ? cutShort : undefined), owners: connect },
  ],
  [0x23, { check: () => badAlias, owners: publish }], // Topic Alias
  [0x26, { check: pairOfTexts, owners: everywhere, isRepeatable: true }], // User Property
  [0x27, { check: positive((reader) => reader.longInteger()), owners: connect }], // Maximum Packet Size
]);

export interface PropertyContext {
  readonly frame: Frame;
  readonly reader: FieldReader;
  readonly owner: number;
  readonly limits: TopicLimits;
  /** Told of each property, and where its value begins. */
  readonly onProperty?: (identifier: number, offset: number) => void;
}

/**
 * Checks a whole list of properties (section 2.2.2) and leaves the reader behind it: only those that
 * the packet may have, each once unless it may be repeated, of exact length and allowed value.
 */
export function checkProperties(context: PropertyContext): Violation | undefined {
  const { frame, reader, owner, limits } = context;
  const length = reader.variableInteger();
  if (length === undefined) return malformed("a Property Length that is broken (section 2.2.2.1)");
  if (length === 0) return undefined;
  const end = reader.offset() + length;
  if (end > frame.end) return malformed("properties longer than their packet (section 2.2.2.1)");
  const list = createFieldReader({ ...frame, end }, reader.offset());
  const seen = new Set<number>();
  while (!list.isAtEnd()) {
    const identifier = list.variableInteger();
    if (identifier === undefined) return cutShort;
    const rule = rules.get(identifier);
    if (rule === undefined || (rule.owners & owner) === 0) {
      return malformed(`property ${identifier} does not belong here (section 2.2.2.2)`);
    }
    if (rule.isRepeatable !== true && seen.has(identifier)) {
      return protocolError(`property ${identifier} given twice (section 2.2.2.2)`);
    }
    seen.add(identifier);
    context.onProperty?.(identifier, list.offset());
    const problem = rule.check(list, limits);
    if (problem !== undefined) return problem;
  }
  reader.skipTo(end);
  return seen.has(0x16) && !seen.has(0x15)
    ? protocolError("Authentication Data without a Method (section 3.1.2.11.10)")
    : undefined;
}
