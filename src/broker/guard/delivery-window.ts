import {
  type Frame,
  frameAt,
  identifierAt,
  isFailure,
  packetSize,
  packetTypes,
  typeOf,
} from "./frames.js";
import { publishIdentifier, qosOf } from "./packets.js";
import { reasonCodes, type Violation } from "./violation.js";

/** What an MQTT 5 client takes, by its CONNECT; Aedes reads both and heeds neither. */
export interface DeliveryLimits {
  /** Messages of QoS 1 and 2 that it has not acknowledged (section 3.1.2.11.3). */
  readonly receiveMaximum: number;
  /** Bytes of a packet (section 3.1.2.11.4). */
  readonly maximumPacketSize: number;
}

/** What the window tells its connection. */
export interface DeliveryWindowEvents {
  /** What waited may go out now. */
  readonly send: (packets: readonly Buffer[]) => void;
  /** A message is not sent, and counts as delivered; 0 is the identifier of one with QoS 0. */
  readonly tooLarge: (identifier: number) => void;
  /** An answer is too large, without which the client cannot go on. */
  readonly refuse: (violation: Violation) => void;
}

/**
 * Keeps what goes out to a client within the client's own limits. Only a client that gave one has a
 * window.
 *
 * What waits here is in the session's queue as well, so that nothing is lost when the line breaks; it
 * comes again with DUP then, as do messages of which nobody knows whether they were sent.
 */
export interface DeliveryWindow {
  /** Takes what the broker wrote; returns what may go out. */
  pass(buffers: readonly Buffer[]): readonly Buffer[];
  /** Takes a packet of the client, of which only the end of a message counts here. */
  acknowledge(frame: Frame): void;
  /** Bytes that wait for acknowledgements. */
  heldBytes(): number;
  /** Calls back when nothing waits any more, or at once. */
  whenEmpty(done: () => void): void;
  /** The connection has ended: nobody has to wait for it. */
  close(): void;
}

const nothing = Buffer.alloc(0);

/** Creates the window of one connection. */
export function createDeliveryWindow(
  { receiveMaximum, maximumPacketSize }: DeliveryLimits,
  events: DeliveryWindowEvents,
): DeliveryWindow {
  const unacknowledged = new Set<number>();
  let held: { readonly identifier: number; readonly bytes: Buffer }[] = [];
  let heldBytes = 0;
  let waiting: (() => void)[] = [];
  let isClosed = false;
  /** The start of a packet whose end the broker has not written yet. */
  let unfinished: Buffer = nothing;

  const wake = (): void => {
    const callbacks = waiting;
    waiting = [];
    for (const callback of callbacks) callback();
  };

  /** @returns whether a packet goes out as it is */
  const judge = (frame: Frame): boolean => {
    const { bytes, start, end } = frame;
    const header = bytes[start];
    const isMessage = typeOf(header) === packetTypes.publish;
    const identifier = isMessage && qosOf(header) > 0 ? publishIdentifier(frame) : 0;
    if (end - start > maximumPacketSize) {
      // [MQTT-3.1.2-24], [MQTT-3.1.2-25]
      if (isMessage) events.tooLarge(identifier);
      else events.refuse(tooLargeFor(maximumPacketSize, end - start));
      return false;
    }
    if (identifier === 0) return true;
    if (held.length === 0 && unacknowledged.size < receiveMaximum) {
      unacknowledged.add(identifier);
      return true;
    }
    // [MQTT-3.3.4-9]; a copy, because the rest of the buffer may be large.
    held.push({ identifier, bytes: Buffer.from(bytes.subarray(start, end)) });
    heldBytes += end - start;
    return false;
  };

  const release = (): void => {
    let count = 0;
    while (count < held.length && unacknowledged.size < receiveMaximum) {
      unacknowledged.add(held[count]?.identifier ?? 0);
      count += 1;
    }
    if (count === 0) return;
    const packets = held.slice(0, count).map(({ bytes }) => bytes);
    held = held.slice(count);
    for (const { length } of packets) heldBytes -= length;
    events.send(packets);
    if (held.length === 0) wake();
  };

  return {
    pass(buffers) {
      const bytes = Buffer.concat([unfinished, ...buffers]);
      const out: Buffer[] = [];
      let offset = 0;
      let from = 0;
      for (;;) {
        const size = packetSize(bytes, offset);
        if (size <= 0 || offset + size > bytes.length) break;
        const frame = frameAt(bytes, offset, size);
        if (!judge(frame)) {
          if (offset > from) out.push(bytes.subarray(from, offset));
          from = frame.end;
        }
        offset = frame.end;
      }
      if (offset > from) out.push(bytes.subarray(from, offset));
      unfinished = offset < bytes.length ? bytes.subarray(offset) : nothing;
      return isClosed ? [] : out;
    },
    acknowledge(frame) {
      if (isEndOfMessage(frame) && unacknowledged.delete(identifierAt(frame.bytes, frame.body)))
        release();
    },
    heldBytes: () => heldBytes,
    whenEmpty(done) {
      if (held.length === 0) done();
      else waiting.push(done);
    },
    close() {
      isClosed = true;
      held = [];
      heldBytes = 0;
      wake();
    },
  };
}

/** PUBREC is none, unless it refuses the message (section 4.9). */
function isEndOfMessage(frame: Frame): boolean {
  const type = typeOf(frame.bytes[frame.start]);
  if (type === packetTypes.pubrec) return isFailure(frame);
  return type === packetTypes.puback || type === packetTypes.pubcomp;
}

function tooLargeFor(maximumPacketSize: number, size: number): Violation {
  return {
    reason: `an answer of ${size} bytes is more than its Maximum Packet Size of ${maximumPacketSize}`,
    code: reasonCodes.packetTooLarge,
  };
}
