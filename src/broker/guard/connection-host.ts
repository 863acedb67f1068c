import type { BrokerEnd } from "./broker-end.js";
import type { Connection } from "./connection.js";
import type { GuardCounters } from "./counters.js";
import type { GuardLimits } from "./limits.js";
import type { DropKind } from "./log-drops.js";
import type { SubscribeFacts } from "./subscribe-packet.js";
import type { Violation } from "./violation.js";

/** What a connection needs from the guard. */
export interface ConnectionHost {
  readonly limits: GuardLimits;
  readonly counters: GuardCounters;
  /** Whether there is room for one more client. */
  admit(connection: Connection): Violation | undefined;
  /** Hands the broker its end: a CONNECT that is whole and well formed is about to come. */
  attach(connection: Connection, end: BrokerEnd): void;
  /** Takes what the broker wrote. */
  send(connection: Connection, pieces: readonly Buffer[]): void;
  /** Sends packets with what else this turn of the event loop has for the client. */
  write(connection: Connection, packets: readonly Buffer[]): void;
  /**
   * A message is too large for its client: it counts as delivered.
   *
   * @param identifier its Packet Identifier, 0 with QoS 0
   */
  tooLarge(connection: Connection, identifier: number): void;
  /** Turns a SUBSCRIBE into what the broker may see of it. */
  subscribe(connection: Connection, facts: SubscribeFacts): readonly Buffer[];
  /** To be counted and logged. */
  dropped(connection: Connection, kind: DropKind, reason: string): void;
  closed(connection: Connection): void;
}
