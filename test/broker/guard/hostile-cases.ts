import {
  connect,
  packet,
  properties,
  publish,
  subscribe,
  text,
  unsubscribe,
  type Version,
} from "../../support/mqtt-bytes.js";

/** What bare Aedes 2.0.0-beta.1 does with a packet; it dies where an uncaught error ends the process. */
export type BareOutcome = "takes it" | "closes the connection" | "dies";

/** One packet that a specification forbids. */
export interface HostileCase {
  readonly what: string;
  readonly clause: string;
  readonly versions: readonly Version[];
  readonly bare: BareOutcome;
  /** Sent behind a good CONNECT. */
  readonly packet: (version: Version) => Buffer;
  /** The reason code in the DISCONNECT of MQTT 5. */
  readonly code: number;
}

const all = [3, 4, 5] as const;
const five = [5] as const;
const nameOfSurrogate = Buffer.from([0x61, 0xed, 0xa0, 0x80]);
const takes = "takes it" as const;
const closes = "closes the connection" as const;

const withProperty = (bytes: number[]): Buffer =>
  publish({ version: 5, topic: "a", properties: [bytes] });

export const hostileCases: readonly HostileCase[] = [
  {
    what: "a topic with U+0000",
    clause: "MQTT-1.5.4-2",
    versions: all,
    bare: takes,
    packet: (version) => publish({ version, topic: "a\u0000b" }),
    code: 0x81,
  },
  {
    what: "a topic that is no UTF-8",
    clause: "MQTT-1.5.4-1",
    versions: all,
    bare: takes,
    packet: (version) => publish({ version, topic: Buffer.from([0x61, 0xff]) }),
    code: 0x81,
  },
  {
    what: "a topic with a surrogate",
    clause: "MQTT-1.5.4-1",
    versions: all,
    bare: takes,
    packet: (version) => publish({ version, topic: nameOfSurrogate }),
    code: 0x81,
  },
  {
    what: "a topic with a control character",
    clause: "section 1.5.4",
    versions: all,
    bare: takes,
    packet: (version) => publish({ version, topic: "a\u0007" }),
    code: 0x81,
  },
  {
    what: "a topic of 64 KB",
    clause: "our limit",
    versions: all,
    bare: takes,
    packet: (version) => publish({ version, topic: "t".repeat(65_000) }),
    code: 0x90,
  },
  {
    what: "a topic of 40 levels",
    clause: "our limit",
    versions: all,
    bare: takes,
    packet: (version) => publish({ version, topic: "a/".repeat(40) }),
    code: 0x90,
  },
  {
    what: "a wildcard in a topic name",
    clause: "MQTT-3.3.2-2",
    versions: all,
    bare: closes,
    packet: (version) => publish({ version, topic: "a/+" }),
    code: 0x90,
  },
  {
    what: "QoS 3",
    clause: "MQTT-3.3.1-4",
    versions: all,
    bare: closes,
    packet: (version) => publish({ version, topic: "a", flags: 6 }),
    code: 0x81,
  },
  {
    what: "DUP with QoS 0",
    clause: "MQTT-3.3.1-2",
    versions: all,
    bare: takes,
    packet: (version) => publish({ version, topic: "a", flags: 8 }),
    code: 0x81,
  },
  {
    what: "Packet Identifier 0 in PUBLISH",
    clause: "MQTT-2.2.1-3",
    versions: all,
    bare: takes,
    packet: (version) => publish({ version, topic: "a", flags: 2, identifier: 0 }),
    code: 0x81,
  },
  {
    what: "Packet Identifier 0 in PUBACK",
    clause: "MQTT-2.2.1-3",
    versions: all,
    bare: takes,
    packet: () => packet(0x40, [0, 0]),
    code: 0x81,
  },
  {
    what: "PUBREL with reserved flags",
    clause: "MQTT-2.1.3-1",
    versions: all,
    bare: closes,
    packet: () => packet(0x60, [0, 1]),
    code: 0x81,
  },
  {
    what: "SUBSCRIBE with reserved flags",
    clause: "MQTT-3.8.1-1",
    versions: all,
    bare: closes,
    packet: (version) =>
      Buffer.concat([Buffer.from([0x80]), subscribe(version, ["a"]).subarray(1)]),
    code: 0x81,
  },
  {
    what: "SUBSCRIBE without a filter",
    clause: "MQTT-3.8.3-2",
    versions: all,
    bare: closes,
    packet: (version) => subscribe(version, []),
    code: 0x82,
  },
  {
    what: "SUBSCRIBE with QoS 3",
    clause: "MQTT-3.8.3-5",
    versions: all,
    bare: closes,
    packet: (version) => subscribe(version, ["a"], { bits: 3 }),
    code: 0x82,
  },
  {
    what: "SUBSCRIBE with # in the middle",
    clause: "MQTT-4.7.1-1",
    versions: all,
    bare: closes,
    packet: (version) => subscribe(version, ["a/#/b"]),
    code: 0x8f,
  },
  {
    what: "SUBSCRIBE with + inside a level",
    clause: "MQTT-4.7.1-2",
    versions: all,
    bare: takes,
    packet: (version) => subscribe(version, ["a+/b"]),
    code: 0x8f,
  },
  {
    what: "UNSUBSCRIBE without a filter",
    clause: "MQTT-3.10.3-2",
    versions: [3, 4],
    bare: takes,
    packet: (version) => unsubscribe(version, []),
    code: 0x82,
  },
  {
    what: "UNSUBSCRIBE without a filter",
    clause: "MQTT-3.10.3-2",
    versions: five,
    bare: closes,
    packet: (version) => unsubscribe(version, []),
    code: 0x82,
  },
  {
    what: "a second CONNECT",
    clause: "MQTT-3.1.0-2",
    versions: all,
    bare: closes,
    packet: (version) => connect({ version, clientId: "again" }),
    code: 0x82,
  },
  {
    what: "a packet that only a server sends",
    clause: "section 2.1.2",
    versions: all,
    bare: closes,
    packet: () => Buffer.from([0xd0, 0]),
    code: 0x81,
  },
  {
    what: "a Remaining Length of five bytes",
    clause: "section 2.1.4",
    versions: all,
    bare: closes,
    packet: () => Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 1]),
    code: 0x81,
  },
  {
    what: "a packet of 256 MiB",
    clause: "MQTT-3.2.2-15",
    versions: all,
    bare: takes,
    packet: () => Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f, 0]),
    code: 0x95,
  },
  {
    what: "a PUBLISH with Server Keep Alive",
    clause: "section 2.2.2.2",
    versions: five,
    bare: takes,
    packet: () => withProperty([0x13, 0, 9]),
    code: 0x81,
  },
  {
    what: "a PUBLISH with a Subscription Identifier",
    clause: "MQTT-3.3.4-6",
    versions: five,
    bare: takes,
    packet: () => withProperty([0x0b, 1]),
    code: 0x81,
  },
  {
    what: "Message Expiry Interval twice",
    clause: "section 3.3.2.3.3",
    versions: five,
    bare: takes,
    packet: () => withProperty([0x02, 0, 0, 0, 1, 0x02, 0, 0, 0, 2]),
    code: 0x82,
  },
  {
    what: "a Response Topic cut short",
    clause: "section 2.2.2",
    versions: five,
    bare: "dies",
    packet: () => withProperty([0x08, 0, 9, 0x61]),
    code: 0x81,
  },
  {
    what: "a Response Topic with a wildcard",
    clause: "MQTT-3.3.2-14",
    versions: five,
    bare: closes,
    packet: () => withProperty([0x08, 0, 1, 0x23]),
    code: 0x90,
  },
  {
    what: "Payload Format Indicator 2",
    clause: "section 3.3.2.3.2",
    versions: five,
    bare: takes,
    packet: () => withProperty([0x01, 2]),
    code: 0x82,
  },
  {
    what: "an unknown property",
    clause: "section 2.2.2.2",
    versions: five,
    bare: closes,
    packet: () => withProperty([0x7e, 0]),
    code: 0x81,
  },
  {
    what: "a Topic Alias",
    clause: "MQTT-3.3.2-9",
    versions: five,
    bare: closes,
    packet: () => withProperty([0x23, 0, 1]),
    code: 0x94,
  },
  {
    what: "Subscription Identifier 0",
    clause: "section 3.8.2.1.2",
    versions: five,
    bare: closes,
    packet: () => subscribe(5, ["a"], { properties: [[0x0b, 0]] }),
    code: 0x82,
  },
  {
    what: "Retain Handling 3",
    clause: "section 3.8.3.1",
    versions: five,
    bare: closes,
    packet: () => subscribe(5, ["a"], { bits: 0x30 }),
    code: 0x82,
  },
  {
    what: "reserved subscription options",
    clause: "MQTT-3.8.3-5",
    versions: five,
    bare: closes,
    packet: () => subscribe(5, ["a"], { bits: 0x40 }),
    code: 0x81,
  },
  {
    what: "DISCONNECT with Session Expiry twice",
    clause: "section 3.14.2.2.2",
    versions: five,
    bare: "dies",
    packet: () => packet(0xe0, [0], properties(5, [0x11, 0, 0, 0, 1, 0x11, 0, 0, 0, 2])),
    code: 0x82,
  },
  {
    what: "AUTH without an Authentication Method",
    clause: "section 4.12",
    versions: five,
    bare: closes,
    packet: () => packet(0xf0, [0x18], properties(5)),
    code: 0x82,
  },
];

/** One CONNECT that a specification forbids. */
export interface HostileConnect {
  readonly what: string;
  readonly clause: string;
  readonly bare: BareOutcome;
  readonly packet: Buffer;
  /** The CONNACK with which it is refused; without one the connection is just closed. */
  readonly connack?: readonly number[];
}

const will = (topic: string): Buffer[] => [text(topic), text("x")];

export const hostileConnects: readonly HostileConnect[] = [
  {
    what: "a first packet that is no CONNECT",
    clause: "MQTT-3.1.0-1",
    bare: closes,
    packet: publish({ version: 4, topic: "a" }),
  },
  {
    what: "protocol version 9",
    clause: "MQTT-3.1.2-2",
    bare: closes,
    packet: packet(0x10, text("MQTT"), [9, 2, 0, 60], properties(5), text("x")),
    connack: [0x20, 3, 0, 0x84, 0],
  },
  {
    what: "protocol version 2",
    clause: "3.1.1: MQTT-3.1.2-2",
    bare: closes,
    packet: packet(0x10, text("MQTT"), [2, 2, 0, 60], text("x")),
    connack: [0x20, 2, 0, 1],
  },
  {
    what: "a protocol that is not MQTT",
    clause: "MQTT-3.1.2-1",
    bare: closes,
    packet: packet(0x10, text("HTTP"), [4, 2, 0, 60], text("x")),
  },
  {
    what: "a reserved CONNECT flag",
    clause: "MQTT-3.1.2-3",
    bare: closes,
    packet: connect({ version: 4, clientId: "x", flags: 3 }),
  },
  {
    what: "a will of QoS 3",
    clause: "MQTT-3.1.2-12",
    bare: takes,
    packet: connect({ version: 4, clientId: "x", flags: 0x1e, rest: will("w") }),
  },
  {
    what: "flags of a will without a will",
    clause: "MQTT-3.1.2-11",
    bare: closes,
    packet: connect({ version: 4, clientId: "x", flags: 0x22 }),
  },
  {
    what: "a will topic with a wildcard",
    clause: "section 3.1.3.3",
    bare: takes,
    packet: connect({ version: 4, clientId: "x", flags: 6, rest: will("w/#") }),
  },
  {
    what: "a password without a user name",
    clause: "3.1.1: MQTT-3.1.2-22",
    bare: takes,
    packet: connect({ version: 4, clientId: "x", flags: 0x42, rest: [text("secret")] }),
  },
  {
    what: "a client id with a control character",
    clause: "section 1.5.4",
    bare: takes,
    packet: connect({ version: 4, clientId: "a\u001B[31m" }),
  },
  {
    what: "a client id of 1000 bytes",
    clause: "our limit",
    bare: takes,
    packet: connect({ version: 4, clientId: "x".repeat(1000) }),
    connack: [0x20, 2, 0, 2],
  },
  {
    what: "a CONNECT of 20 KB",
    clause: "our limit",
    bare: takes,
    packet: connect({
      version: 4,
      clientId: "x",
      flags: 6,
      rest: [text("w"), text("p".repeat(20_000))],
    }),
  },
  {
    what: "Session Expiry Interval twice",
    clause: "section 3.1.2.11.2",
    bare: "dies",
    packet: connect({
      version: 5,
      clientId: "x",
      properties: [[0x11, 0, 0, 0, 1, 0x11, 0, 0, 0, 2]],
    }),
    connack: [0x20, 3, 0, 0x82, 0],
  },
  {
    what: "Receive Maximum 0",
    clause: "section 3.1.2.11.3",
    bare: closes,
    packet: connect({ version: 5, clientId: "x", properties: [[0x21, 0, 0]] }),
    connack: [0x20, 3, 0, 0x82, 0],
  },
  {
    what: "a will with a Server Keep Alive",
    clause: "section 2.2.2.2",
    bare: takes,
    packet: connect({
      version: 5,
      clientId: "x",
      flags: 6,
      rest: [properties(5, [0x13, 0, 9]), ...will("w")],
    }),
    connack: [0x20, 3, 0, 0x81, 0],
  },
  {
    what: "Authentication Data without a Method",
    clause: "section 3.1.2.11.10",
    bare: closes,
    packet: connect({ version: 5, clientId: "x", properties: [[0x16, 0, 1, 1]] }),
    connack: [0x20, 3, 0, 0x82, 0],
  },
];
