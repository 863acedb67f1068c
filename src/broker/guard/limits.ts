/** What a client may ask of the broker; every figure has a test in `test/broker`. */
export interface GuardLimits {
  /** Bytes of a CONNECT packet, before anybody knows who is there. */
  readonly connectBytes: number;
  /** Bytes of any later packet; told to MQTT 5 clients as Maximum Packet Size. */
  readonly packetBytes: number;
  /** From accept to a whole CONNECT, whatever trickles in, in milliseconds. */
  readonly connectMs: number;
  /** For one unfinished packet, in milliseconds; a second more for each 8 KiB it says to have. */
  readonly packetMs: number;
  readonly clientIdBytes: number;
  readonly topicBytes: number;
  readonly topicLevels: number;
  readonly subscriptionsPerClient: number;
  /** Unfinished QoS 2 messages of one client; told to MQTT 5 clients as Receive Maximum. */
  readonly receiveMaximum: number;
  /**
   * Bytes that may wait for a client that does not read; above it the client is dropped. Several
   * times `packetBytes`: two large messages in a row are no sign that it has stopped reading.
   */
  readonly unreadBytes: number;
  /** Bytes that may wait for all clients together; above it whoever has most of them goes first. */
  readonly unreadBytesInAll: number;
  /** Clients that have sent a CONNECT. */
  readonly clients: number;
  readonly clientsPerAddress: number;
  /** Connections without a CONNECT; one more ends the oldest of them. */
  readonly silentConnections: number;
  /** CONNECT packets a second of one address, and how many at once. */
  readonly connectsPerSecond: number;
  readonly connectBurst: number;
  /** Messages and bytes a second of one client; a faster one is read more slowly. */
  readonly publishesPerSecond: number;
  readonly bytesPerSecond: number;
}

/** Room for a busy house on a Raspberry Pi; none of them is met by a client that behaves. */
export const defaultGuardLimits: GuardLimits = {
  connectBytes: 16 * 1024,
  packetBytes: 1024 * 1024,
  connectMs: 10_000,
  packetMs: 10_000,
  clientIdBytes: 256,
  topicBytes: 1024,
  topicLevels: 32,
  subscriptionsPerClient: 1000,
  receiveMaximum: 1000,
  unreadBytes: 4 * 1024 * 1024,
  unreadBytesInAll: 64 * 1024 * 1024,
  clients: 1000,
  clientsPerAddress: 500,
  silentConnections: 256,
  connectsPerSecond: 50,
  connectBurst: 500,
  publishesPerSecond: 50_000,
  bytesPerSecond: 16 * 1024 * 1024,
};
