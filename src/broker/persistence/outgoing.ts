import type { Journal } from "./journal.js";
import type { PersistenceLimits } from "./limits.js";
import { detach, sizeOf, type Packet, type PacketReference } from "./packet.js";
import { encodePacket } from "./packet-codec.js";
import { largestQueue } from "./largest-queue.js";
import type { PolicyCounters } from "./policy-counters.js";
import { queuedKey } from "./record-keys.js";
import type { Session } from "./session.js";
import { isPubrel, type PubrelPacket, type QueuedMessage } from "./session-queue.js";

/** Whom a message is for, by all subscriptions of one session that match. */
export interface Recipient {
  readonly session: Session;
  /** The highest QoS granted [MQTT-3.3.5-1]. */
  readonly qos: number;
  /** How many subscriptions match. */
  readonly copies: number;
  /** Whether one of them wants to know that a message was published as retained. */
  readonly keepsRetain: boolean;
  /** Subscription Identifiers, which go along with the message [MQTT-3.3.4-4]. */
  readonly identifiers: readonly number[];
}

/** The messages with QoS 1 and 2 on their way to clients with a session. */
export interface Outgoing {
  enqueue(recipients: readonly Recipient[], packet: Packet): void;
  /**
   * A message gets its packet id, or its PUBREL takes its place.
   *
   * @returns whether Aedes has to wait for the disk before it sends it
   */
  update(session: Session, packet: Packet | PubrelPacket): boolean;
  /** Takes a message out that was acknowledged or must not be sent. @returns what was taken out */
  clear(session: Session, packet: PacketReference): Packet | PubrelPacket | undefined;
  /** A client is back: what it was sent before is sent again, and says so [MQTT-3.3.1-1]. */
  markDuplicates(session: Session): void;
  /** Puts back a message of the former run. */
  restore(session: Session, sequence: number, packet: Packet | PubrelPacket): void;
  /** Drops messages whose time is over. */
  sweep(sessions: Iterable<Session>, nowMs: number): void;
  sessionEnded(session: Session): void;
  count(): number;
  bytes(): number;
}

export interface OutgoingOptions {
  readonly journal: Journal;
  readonly limits: PersistenceLimits;
  readonly counters: PolicyCounters;
}

/** Creates the queues' common rules: what is kept, in which order, and what goes when it is full. */
export function createOutgoing({ journal, limits, counters }: OutgoingOptions): Outgoing {
  let nextSequence = 1;
  let bytesInAll = 0;
  let countInAll = 0;
  /** Those with something in their queues. */
  const waiting = new Set<Session>();

  const add = (session: Session, message: QueuedMessage): void => {
    session.queue.add(message);
    waiting.add(session);
    bytesInAll += message.size;
    countInAll += 1;
  };

  const remove = (session: Session, message: QueuedMessage): void => {
    session.queue.remove(message);
    session.drain.takenUp(message);
    bytesInAll -= message.size;
    countInAll -= 1;
    if (session.queue.length === 0) waiting.delete(session);
    if (session.number !== undefined)
      journal.delete(queuedKey(session.number, message.sequence), "lazy");
  };

  /** @returns whether there is room for so many bytes more now */
  const makeRoom = (session: Session, size: number): boolean => {
    const { queue, client } = session;
    if (size > limits.queuedBytes) {
      counters.count("messages_dropped_queue", session.clientId, session.owner);
      return false;
    }
    // One that is catching up acknowledges nothing before it has got all that waited.
    const times = client === undefined ? 1 : 2;
    while (
      queue.length >= times * limits.queuedMessages ||
      queue.bytes + size > times * limits.queuedBytes
    )
      if (!dropFrom(session)) return false;
    return makeRoomInAll(size);
  };

  const makeRoomInAll = (size: number): boolean => {
    const fits = (spare: number): boolean => bytesInAll + size + spare <= limits.queuedBytesInAll;
    if (fits(0)) return true;
    // A little more than needed: a flood must not search all sessions for each of its messages.
    const spare = limits.queuedBytesInAll / 256;
    for (let from = largestQueue(waiting); from !== undefined; from = largestQueue(waiting)) {
      const half = from.queue.bytes / 2;
      do dropFrom(from);
      while (!fits(spare) && from.queue.bytes > half);
      if (fits(spare)) return true;
    }
    return fits(0);
  };

  /** @returns whether there was anything to drop */
  const dropFrom = (session: Session): boolean => {
    const victim = session.queue.leastMissed();
    counters.count("messages_dropped_queue", session.clientId, session.owner);
    if (victim !== undefined) remove(session, victim);
    return victim !== undefined;
  };

  const write = (session: Session, message: QueuedMessage): void => {
    const { number } = session;
    if (number === undefined) return;
    const encode = (): Buffer => encodeQueued(message.packet);
    journal.create(queuedKey(number, message.sequence), encode);
  };

  const rewrite = (session: Session, message: QueuedMessage): void => {
    const { number } = session;
    if (number === undefined) return;
    const encode = (): Buffer => encodeQueued(message.packet);
    journal.put(queuedKey(number, message.sequence), encode, "acknowledged");
  };

  return {
    enqueue(recipients, packet) {
      const kept = recipients.length === 0 ? packet : forQueue(packet);
      const size = recipients.length === 0 ? 0 : sizeOf(packet);
      for (const recipient of recipients) {
        const { session, copies } = recipient;
        if (!makeRoom(session, size)) continue;
        const message = {
          sequence: nextSequence,
          size,
          packet: addressed(kept, recipient),
          copies,
        };
        nextSequence += 1;
        add(session, message);
        write(session, message);
      }
    },
    update(session, packet) {
      const { queue } = session;
      const message = isPubrel(packet)
        ? queue.byPacketId(packet.messageId)
        : queue.byOrigin(packet);
      if (message === undefined) return false;
      session.drain.takenUp(message);
      const former = message.packet;
      if (isPubrel(packet)) {
        if (!isPubrel(former)) queue.replacePacket(message, packet);
      } else if (!isPubrel(former) && former.messageId !== packet.messageId) {
        const { messageId } = packet;
        queue.replacePacket(message, { ...former, messageId });
      }
      // A QoS 1 message may be sent again under another id, a QoS 2 message may not [MQTT-4.3.3-1].
      const mustLast = former !== message.packet && (isPubrel(packet) || packet.qos === 2);
      if (mustLast) rewrite(session, message);
      return mustLast;
    },
    clear(session, packet) {
      const { queue, drain } = session;
      if (packet.messageId !== undefined) {
        const message = queue.byPacketId(packet.messageId);
        if (message === undefined) return undefined;
        remove(session, message);
        return message.packet;
      }
      // Aedes takes one copy back that it does not deliver live.
      const message = queue.byOrigin(packet);
      if (message === undefined) return undefined;
      if (message.copies > 1) message.copies -= 1;
      else if (drain.holdsBack(message)) drain.holdBack(message);
      else remove(session, message);
      return message.packet;
    },
    markDuplicates({ queue }) {
      for (const message of queue.values()) {
        const { packet } = message;
        if (isPubrel(packet) || packet.messageId === undefined) continue;
        queue.replacePacket(message, { ...packet, dup: true });
      }
    },
    restore(session, sequence, packet) {
      const size = isPubrel(packet) ? 0 : sizeOf(packet);
      nextSequence = Math.max(nextSequence, sequence + 1);
      add(session, { sequence, size, packet, copies: 1 });
    },
    sweep(sessions, nowMs) {
      for (const session of sessions) {
        for (const message of session.queue.expired(nowMs)) remove(session, message);
      }
    },
    sessionEnded(session) {
      const { queue } = session;
      waiting.delete(session);
      bytesInAll -= queue.bytes;
      countInAll -= queue.length;
    },
    count: () => countInAll,
    bytes: () => bytesInAll,
  };
}

/** A packet as it waits: without an id, and without the publisher's DUP [MQTT-3.3.1-3]. */
function forQueue(packet: Packet): Packet {
  return {
    ...(packet.clientId === undefined ? {} : { clientId: packet.clientId }),
    ...(packet.properties === undefined ? {} : { properties: packet.properties }),
    ...(packet.messageExpiry === undefined ? {} : { messageExpiry: packet.messageExpiry }),
    cmd: packet.cmd ?? "publish",
    brokerId: packet.brokerId,
    brokerCounter: packet.brokerCounter ?? 0,
    topic: packet.topic,
    payload: detach(packet.payload),
    qos: packet.qos,
    retain: packet.retain,
    dup: false,
    messageId: undefined,
  };
}

function addressed(packet: Packet, { qos, keepsRetain, identifiers }: Recipient): Packet {
  const retain = packet.retain && keepsRetain;
  if (qos >= packet.qos && retain === packet.retain && identifiers.length === 0) return packet;
  const [first, ...others] = identifiers;
  const subscriptionIdentifier = others.length === 0 ? first : identifiers;
  return {
    ...packet,
    ...(first === undefined
      ? {}
      : { properties: { ...packet.properties, subscriptionIdentifier } }),
    qos: Math.min(qos, packet.qos),
    retain,
  };
}

/** Writes what waits in a queue: a message, or the PUBREL in its place. */
export function encodeQueued(packet: Packet | PubrelPacket): Buffer {
  if (!isPubrel(packet)) return encodePacket(packet);
  const { cmd, messageId } = packet;
  return encodePacket({ cmd, messageId, topic: "", payload: "", qos: 0, retain: false });
}
