import { type Frame, frameAt, invalidSize, packetSize, packetTypes, typeOf } from "./frames.js";
import type { GuardLimits } from "./limits.js";
import { createPartialPacket, type PartialPacket } from "./partial-packet.js";
import { malformed, reasonCodes, type Violation } from "./violation.js";

/** What becomes of a client's packets. */
export interface PacketSink {
  /** The first packet, which is a CONNECT; the next ones wait for `open`. */
  connect(frame: Frame): void;
  /** Says what is wrong with a packet, if anything is; SUBSCRIBE goes to `subscribe`. */
  check(frame: Frame, type: number): Violation | undefined;
  /** Returns whether it could be read. */
  subscribe(frame: Frame): boolean;
  /** Takes whole packets that were checked, as many in one piece as came so. */
  hand(packets: Buffer): void;
  /** Calls `open` when what was handed over has been read, and others had their turn. */
  pause(): void;
  refuse(violation: Violation): void;
  /** Counts what was handed over; before `pause`. */
  count(publishes: number, bytes: number): void;
}

/**
 * So many messages of one client are taken before others get their turn: a few milliseconds. It is never
 * more than the messages of a second, so that no wait for the next turn is longer than that: who is
 * not read for longer than its Keep Alive would be taken for one that has gone.
 */
const mostPublishesPerTurn = 128;
/**
 * Of other packets more: each costs less, and who receives from many must not fall behind with its
 * acknowledgements.
 */
const packetsPerTurn = 1024;

type Limits = Pick<GuardLimits, "connectBytes" | "packetBytes" | "publishesPerSecond">;

/**
 * Finds the packets in what a client sends, in whatever pieces it comes: first a CONNECT, which must be
 * small, and behind it nothing before the client is in.
 */
export class IncomingPackets {
  readonly #limits: Limits;
  readonly #publishesPerTurn: number;
  readonly #sink: PacketSink;
  // Made when it is needed: of a thousand connections most are idle.
  #partial: PartialPacket | undefined;
  #partialSinceMs = 0;
  #phase: "connect" | "waiting" | "open" | "closed" = "connect";
  #held: Buffer | undefined;

  constructor(limits: Limits, sink: PacketSink) {
    this.#limits = limits;
    this.#publishesPerTurn = Math.max(1, Math.min(mostPublishesPerTurn, limits.publishesPerSecond));
    this.#sink = sink;
  }

  /** The client is in, or it is its turn again: what was held back is taken. */
  open(): void {
    if (this.#phase !== "waiting") return;
    this.#phase = "open";
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.take(held);
  }

  /** Nothing more is taken. */
  close(): void {
    this.#phase = "closed";
    this.#held = undefined;
  }

  /** A packet that has begun: since when, in milliseconds, and its whole size. */
  unfinished(nowMs: number): { readonly sinceMs: number; readonly size: number } | undefined {
    if (this.#partial?.isPending() !== true) return undefined;
    return { sinceMs: nowMs - this.#partialSinceMs, size: this.#partial.size() };
  }

  /** Takes what came; a packet that began in an earlier chunk comes first. */
  take(chunk: Buffer): void {
    let rest = chunk;
    while (this.#partial?.isPending() === true && rest.length > 0 && this.#phase !== "closed") {
      rest = rest.subarray(this.#partial.add(rest));
      if (!this.#isAllowedSize(this.#partial.size())) return;
      const whole = this.#partial.take();
      if (whole !== undefined) this.#scan(whole);
      else if (rest.length === 0) return;
    }
    if (rest.length === 0 || this.#phase === "closed") return;
    if (this.#phase === "waiting") this.#held = rest;
    else this.#scan(rest);
  }

  #isAllowedSize(size: number): boolean {
    const most = this.#phase === "connect" ? this.#limits.connectBytes : this.#limits.packetBytes;
    if (size !== invalidSize && size <= most) return true;
    this.#sink.refuse(wrongSize(size));
    return false;
  }

  /** Checks the packets of a chunk one by one and hands them on in one piece. */
  #scan(chunk: Buffer): void {
    let offset = 0;
    let from = 0;
    let publishes = 0;
    let packets = 0;
    const mostPublishes = this.#publishesPerTurn;
    while (offset < chunk.length && publishes < mostPublishes && packets < packetsPerTurn) {
      const size = packetSize(chunk, offset);
      if (!this.#isAllowedSize(size)) return;
      const type = typeOf(chunk[offset]);
      if (this.#phase === "connect" && type !== packetTypes.connect) {
        this.#sink.refuse(malformed("the first packet is no CONNECT [MQTT-3.1.0-1]"));
        return;
      }
      if (size <= 0 || offset + size > chunk.length) break;
      const frame = frameAt(chunk, offset, size);
      offset = frame.end;
      if (this.#phase === "connect") {
        this.#connect(frame);
        return;
      }
      packets += 1;
      if (type === packetTypes.publish) publishes += 1;
      if (type === packetTypes.subscribe) {
        this.#hand(chunk, from, frame.start);
        if (!this.#sink.subscribe(frame)) return;
        from = offset;
      } else {
        const problem = this.#sink.check(frame, type);
        if (problem !== undefined) {
          this.#sink.refuse(problem);
          return;
        }
      }
    }
    this.#hand(chunk, from, offset);
    if (this.#phase === "open") this.#sink.count(publishes, offset);
    const rest = chunk.subarray(offset);
    const isTurnOver = publishes >= mostPublishes || packets >= packetsPerTurn;
    if (isTurnOver && rest.length > 0) this.#wait(rest);
    else this.#begin(rest);
  }

  #wait(rest: Buffer): void {
    if (this.#phase !== "open") return;
    this.#phase = "waiting";
    this.#held = rest;
    this.#sink.pause();
  }

  /** @param start of the next packet */
  #begin(start: Buffer): void {
    if (start.length === 0) return;
    this.#partialSinceMs = performance.now();
    this.#partial ??= createPartialPacket();
    this.#partial.add(start);
  }

  #connect(frame: Frame): void {
    this.#phase = "waiting";
    this.#sink.connect(frame);
    this.take(frame.bytes.subarray(frame.end));
  }

  #hand(chunk: Buffer, from: number, to: number): void {
    if (to > from && this.#phase === "open") this.#sink.hand(chunk.subarray(from, to));
  }
}

function wrongSize(size: number): Violation {
  return size === invalidSize
    ? malformed("a Remaining Length of five bytes (section 2.1.4)")
    : { reason: `a packet of ${size} bytes`, code: reasonCodes.packetTooLarge };
}
