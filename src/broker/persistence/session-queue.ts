import { isExpired, type Packet, type PacketReference } from "./packet.js";

/** One message on its way to one client, from its arrival to the client's last acknowledgement. */
export interface QueuedMessage {
  /** Ascending, over restarts as well: the order of the queue. */
  readonly sequence: number;
  /** Its share of the limits, in bytes. */
  readonly size: number;
  /** A PUBREL once the client has answered a QoS 2 message with PUBREC. */
  packet: Packet | PubrelPacket;
  /** How many subscriptions of the client match: Aedes delivers or takes back so often. */
  copies: number;
}

/** What is left of a QoS 2 message to send. */
export interface PubrelPacket {
  readonly cmd: "pubrel";
  readonly messageId: number;
}

export const isPubrel = (packet: Packet | PubrelPacket | PacketReference): packet is PubrelPacket =>
  packet.cmd === "pubrel";

/** The messages of one session in their order, found by either of their identifiers. */
export class SessionQueue {
  readonly #messages = new Map<number, QueuedMessage>();
  readonly #byPacketId = new Map<number, QueuedMessage>();
  readonly #byOrigin = new Map<string, QueuedMessage>();
  #bytes = 0;

  get length(): number {
    return this.#messages.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** In the order of the queue; what is added meanwhile is seen, what is removed is not. */
  values(): IterableIterator<QueuedMessage> {
    return this.#messages.values();
  }

  has(message: QueuedMessage): boolean {
    return this.#messages.get(message.sequence) === message;
  }

  add(message: QueuedMessage): void {
    this.#messages.set(message.sequence, message);
    this.#bytes += message.size;
    this.#index(message);
  }

  remove(message: QueuedMessage): void {
    if (!this.has(message)) return;
    this.#messages.delete(message.sequence);
    this.#bytes -= message.size;
    this.#unindex(message);
  }

  /** Puts a PUBREL, or the message with its packet id, in the place of a message. */
  replacePacket(message: QueuedMessage, packet: Packet | PubrelPacket): void {
    this.#unindex(message);
    message.packet = packet;
    this.#index(message);
  }

  byPacketId(messageId: number): QueuedMessage | undefined {
    return this.#byPacketId.get(messageId);
  }

  /** By the broker and its running number, which every message has before it has a packet id. */
  byOrigin(packet: PacketReference): QueuedMessage | undefined {
    const origin = originOf(packet);
    return origin === undefined ? undefined : this.#byOrigin.get(origin);
  }

  /** The one to go when there is no room: the oldest that was not sent, or else the oldest. */
  leastMissed(): QueuedMessage | undefined {
    let oldest: QueuedMessage | undefined;
    for (const message of this.#messages.values()) {
      oldest ??= message;
      if (message.packet.messageId === undefined) return message;
    }
    return oldest;
  }

  /** MQTT 5: messages whose time is over. One that was sent has to be acknowledged all the same. */
  expired(nowMs: number): readonly QueuedMessage[] {
    return [...this.#messages.values()].filter(
      ({ packet }) =>
        !isPubrel(packet) && packet.messageId === undefined && isExpired(packet, nowMs),
    );
  }

  #index(message: QueuedMessage): void {
    const { messageId } = message.packet;
    const origin = originOf(message.packet);
    if (origin !== undefined) this.#byOrigin.set(origin, message);
    if (messageId !== undefined) this.#byPacketId.set(messageId, message);
  }

  #unindex(message: QueuedMessage): void {
    const { messageId } = message.packet;
    const origin = originOf(message.packet);
    if (origin !== undefined && this.#byOrigin.get(origin) === message)
      this.#byOrigin.delete(origin);
    if (messageId !== undefined && this.#byPacketId.get(messageId) === message)
      this.#byPacketId.delete(messageId);
  }
}

function originOf(packet: PacketReference | Packet | PubrelPacket): string | undefined {
  if (isPubrel(packet) || packet.brokerCounter === undefined) return undefined;
  return `${packet.brokerCounter}:${packet.brokerId ?? ""}`;
}
