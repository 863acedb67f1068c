import {
  connect,
  packet,
  properties,
  publish,
  subscribe,
  text,
  unsubscribe,
  type Version,
} from "./mqtt-bytes.js";

/** Numbers that look random and are the same on every run. */
export type Random = (below: number) => number;

/** The generator "mulberry32": small, and good enough to find bugs. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Names that mean something to a JavaScript object, or to MQTT. */
const names = [
  "constructor",
  "__proto__",
  "toString",
  "hasOwnProperty",
  "$share/g/f",
  "$SYS/#",
  "a",
  "f/b",
  "f//c",
  "/",
  "+",
  "#",
  "+/#",
  "f/+",
  "",
  "a\u0000b",
  "\uFFFE",
  "é",
  "f/".repeat(50),
  "1",
  "2",
];

/** Connections and what they send: the bytes of each entry go out as a segment of their own. */
export interface FuzzCase {
  readonly segments: readonly Buffer[];
  /** "3.0": a packet of type 3 was damaged in the first of the ways. */
  readonly damages: readonly string[];
}

/** Makes the case of a seed: a valid conversation of 3.1.1 or 5, damaged in one to three places. */
export function makeFuzzCase(seed: number): FuzzCase {
  const random = createRandom(seed);
  const version: Version = random(2) === 0 ? 4 : 5;
  let packets = [validConnect(version, random)];
  const count = 1 + random(6);
  for (let index = 0; index < count; index += 1) packets.push(validPacket(version, random));
  if (random(8) === 0) packets = reorder(packets, random);
  const damages: string[] = [];
  for (let left = random(4); left > 0; left -= 1) {
    const at = random(packets.length);
    const target = packets[at];
    // A damaged CONNECT ends most conversations before they begin: leave most of them whole.
    if (target === undefined || (at === 0 && random(4) !== 0)) continue;
    const { way, damaged } = damage(target, random);
    damages.push(`${(target[0] ?? 0) >> 4}.${way}`);
    packets[at] = damaged;
  }
  const bytes = Buffer.concat(packets);
  return { segments: random(3) === 0 ? split(bytes, random) : [bytes], damages };
}

function pick(random: Random): string {
  return names[random(names.length)] ?? "a";
}

function validConnect(version: Version, random: Random): Buffer {
  const hasWill = random(4) === 0;
  const flags = (random(3) === 0 ? 0 : 2) | (hasWill ? 4 | (random(3) << 3) : 0);
  const will = hasWill
    ? [
        properties(version, ...someProperties(random, willProperties)),
        text(pick(random)),
        text("w"),
      ]
    : [];
  return connect({
    version,
    clientId: random(3) === 0 ? pick(random) : nameOf(random),
    flags,
    properties: someProperties(random, connectProperties),
    rest: will,
  });
}

const longFour = [0, 0, 0, 9];
const connectProperties = [
  [0x11, ...longFour],
  [0x21, 0, 5],
  [0x27, 0, 0, 4, 0],
  [0x17, 1],
  [0x19, 0],
  [0x22, 0, 3],
];
const willProperties = [
  [0x18, 0, 0, 0, 1],
  [0x01, 1],
  [0x02, ...longFour],
  [0x13, 0, 9],
];
const publishProperties = [
  [0x01, 1],
  [0x02, ...longFour],
  [0x08, 0, 1, 0x72],
  [0x09, 0, 1, 9],
  [0x03, 0, 1, 0x74],
  [0x23, 0, 1],
  [0x0b, 1],
  [0x13, 0, 9],
  [0x26, 0, 1, 0x6b, 0, 1, 0x76],
];
const userProperty = (name: string): number[] => [0x26, ...text(name), ...text("v")];

function someProperties(random: Random, known: readonly (readonly number[])[]): number[][] {
  const chosen = known.filter(() => random(4) === 0).map((bytes) => [...bytes]);
  if (random(4) === 0) chosen.push(userProperty(pick(random)));
  const [first] = chosen;
  return first !== undefined && random(6) === 0 ? [...chosen, first] : chosen;
}

function validPacket(version: Version, random: Random): Buffer {
  const identifier = random(6);
  const id = [0, identifier];
  switch (random(10)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return publish({
        version,
        topic: pick(random),
        flags: (random(3) << 1) | random(2) | (random(5) === 0 ? 8 : 0),
        identifier,
        payload: "p".repeat(random(200)),
        properties: someProperties(random, publishProperties),
      });
    case 4:
      return subscribe(
        version,
        Array.from({ length: 1 + random(3) }, () => pick(random)),
        { bits: random(3) },
      );
    case 5:
      return unsubscribe(
        version,
        Array.from({ length: 1 + random(2) }, () => pick(random)),
      );
    case 6:
      return packet([0x40, 0x50, 0x62, 0x70][random(4)] ?? 0x40, id);
    case 7:
      return Buffer.concat([packet(0x62, id), packet(0x62, id)]);
    case 8:
      return random(3) === 0
        ? packet(0xe0, ...(version === 5 ? [[0], properties(5, [0x11, ...longFour])] : []))
        : packet(0xc0);
    default:
      return connect({ version, clientId: pick(random) });
  }
}

/** Ways to damage a packet, at a place of it. */
const waysToDamage: readonly ((bytes: Buffer, at: number, random: Random) => Buffer)[] = [
  (bytes, at, random) => withByte(bytes, at, (bytes[at] ?? 0) ^ (1 << random(8))),
  (bytes, at) => bytes.subarray(0, at),
  (bytes, _at, random) => withByte(bytes, 1, random(256)),
  (bytes, at, random) => Buffer.concat([bytes.subarray(0, at), bytes.subarray(random(at + 1))]),
  (bytes, at, random) => withByte(bytes, at, [0, 0x7f, 0x80, 0xff][random(4)] ?? 0),
  (bytes) => Buffer.concat([bytes, bytes]),
];

/** All that `damages` of a case can name, of packets that a client sends. */
export const damageKinds: ReadonlySet<string> = new Set(
  [1, 3, 4, 5, 6, 7, 8, 10, 12, 14].flatMap((type) =>
    waysToDamage.map((_damage, way) => `${type}.${way}`),
  ),
);

function damage(bytes: Buffer, random: Random): { readonly way: number; readonly damaged: Buffer } {
  const at = random(bytes.length);
  const way = random(waysToDamage.length);
  return { way, damaged: waysToDamage[way]?.(bytes, at, random) ?? bytes };
}

function withByte(bytes: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = value;
  return changed;
}

function reorder(packets: readonly Buffer[], random: Random): Buffer[] {
  const [first, ...rest] = packets;
  if (first === undefined) return [];
  rest.splice(random(rest.length + 1), 0, first);
  return rest;
}

function split(bytes: Buffer, random: Random): Buffer[] {
  const segments: Buffer[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const length = 1 + random(Math.min(40, bytes.length));
    segments.push(bytes.subarray(offset, offset + length));
    offset += length;
  }
  return segments;
}

/** Some names come again soon: the broker then has a session, or is still busy with the one before. */
function nameOf(random: Random): string {
  return `fuzz-${random(random(4) === 0 ? 50 : 20_000)}`;
}
