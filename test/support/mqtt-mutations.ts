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
}

/** Makes the case of a seed: a valid conversation of 3.1.1 or 5, damaged in one to three places. */
export function makeFuzzCase(seed: number): FuzzCase {
  const random = createRandom(seed);
  const version: Version = random(2) === 0 ? 4 : 5;
  let packets = [validConnect(version, random)];
  const count = 1 + random(6);
  for (let index = 0; index < count; index += 1) packets.push(validPacket(version, random));
  if (random(8) === 0) packets = reorder(packets, random);
  const damages = random(4);
  for (let index = 0; index < damages; index += 1) {
    const at = random(packets.length);
    const target = packets[at];
    // A damaged CONNECT ends most conversations before they begin: leave most of them whole.
    if (target !== undefined && (at > 0 || random(4) === 0)) packets[at] = damage(target, random);
  }
  const bytes = Buffer.concat(packets);
  return { segments: random(3) === 0 ? split(bytes, random) : [bytes] };
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

function damage(bytes: Buffer, random: Random): Buffer {
  const changed = Buffer.from(bytes);
  const at = random(changed.length);
  switch (random(6)) {
    case 0:
      changed[at] = (changed[at] ?? 0) ^ (1 << random(8));
      return changed;
    case 1:
      return changed.subarray(0, at);
    case 2:
      changed[1] = random(256);
      return changed;
    case 3:
      return Buffer.concat([changed.subarray(0, at), changed.subarray(random(at + 1))]);
    case 4:
      changed[at] = [0, 0x7f, 0x80, 0xff][random(4)] ?? 0;
      return changed;
    default:
      return Buffer.concat([changed, changed]);
  }
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
