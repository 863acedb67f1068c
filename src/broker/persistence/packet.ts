/** An MQTT message as Aedes hands it over and wants it back; `properties` are those of MQTT 5. */
export interface Packet {
  readonly cmd?: string | undefined;
  readonly topic: string;
  readonly payload: Buffer | string;
  readonly qos: number;
  readonly retain: boolean;
  readonly dup?: boolean;
  readonly brokerId?: string | null | undefined;
  readonly brokerCounter?: number | undefined;
  readonly messageId?: number | undefined;
  readonly properties?: object | undefined;
  /** When an MQTT 5 message expires, in milliseconds since 1970. */
  readonly messageExpiry?: number | undefined;
  readonly clientId?: string | undefined;
  /** Of a retained message: the user whose share it counts to. */
  readonly owner?: string | undefined;
}

/** What Aedes tells of a packet that it looks for: a PUBACK has an id only. */
export interface PacketReference {
  readonly cmd?: string | undefined;
  readonly messageId?: number | undefined;
  readonly brokerId?: string | null | undefined;
  readonly brokerCounter?: number | undefined;
}

/** What counts against the limits, in bytes: topic, payload and properties. */
export function sizeOf(packet: Packet): number {
  const { properties } = packet;
  const written = properties === undefined ? 0 : JSON.stringify(properties).length;
  return Buffer.byteLength(packet.topic) + Buffer.byteLength(packet.payload) + written;
}

/**
 * Copies a payload into memory of its own: as it comes it is a piece of what was read from the
 * socket, and 20 bytes would hold on to 64 KiB for as long as they are kept.
 */
export function detach(payload: Buffer | string): Buffer | string {
  if (typeof payload === "string" || payload.buffer.byteLength === payload.length) return payload;
  const copy = Buffer.allocUnsafeSlow(payload.length);
  payload.copy(copy);
  return copy;
}

/** Whether an MQTT 5 message's time is over. */
export function isExpired(packet: Packet, nowMs: number): boolean {
  return packet.messageExpiry !== undefined && packet.messageExpiry <= nowMs;
}
