import type { Duplex } from "node:stream";
import type { MessageProperties } from "./properties.js";

/** A message as it came from the broker. */
export interface IncomingMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
  /** MQTT 5 only. */
  readonly responseTopic: string | undefined;
  /** MQTT 5 only; to be sent back as it is. */
  readonly correlationData: Uint8Array | undefined;
  /** Whether it came by a shared subscription, so that nobody else of the group has got it. */
  readonly isShared?: boolean;
  /** With which it was delivered. */
  readonly qos?: number;
  /** MQTT 5 only: everything that a bridge hands on, the two above included. */
  readonly properties?: MessageProperties | undefined;
}

/** What is published, beside topic and payload. */
export interface PublishOptions {
  readonly qos: 0 | 1;
  readonly retain: boolean;
  /** Sent only where the connection speaks MQTT 5. */
  readonly correlationData?: Uint8Array | undefined;
  /** Sent only where the connection speaks MQTT 5. */
  readonly responseTopic?: string | undefined;
  /** More of them, such as a message had that is handed on; sent only over MQTT 5. */
  readonly properties?: MessageProperties | undefined;
}

/** How a filter is subscribed to. */
export interface SubscribeOptions {
  /** Without it 1 over the network and 0 over a stream. */
  readonly qos?: 0 | 1;
  /** What this connection publishes does not come back to it; MQTT 5 only. */
  readonly noLocal?: boolean;
}

/** How to reach a broker: over the network, or over a stream that the embedded one hands out. */
export type Route =
  | {
      readonly kind: "stream";
      readonly open: () => Duplex;
      /** Whether the broker delivers with QoS 1 what is published here with QoS 0. */
      readonly raisesQos?: boolean;
    }
  | {
      readonly kind: "url";
      readonly url: string;
      readonly username?: string;
      readonly password?: string;
      /** PEM texts. */
      readonly tls?: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
      /** The branch of the configuration that this comes from, for hints; `mqtt` without it. */
      readonly branch?: string;
    };

export interface ConnectOptions {
  readonly route: Route;
  readonly clientId: string;
  /** 5 or 4 (MQTT 3.1.1). */
  readonly version: 4 | 5;
  /** Published by the broker, retained, when this connection ends without a goodbye. */
  readonly will?: { readonly topic: string; readonly payload: string };
  /** `false` where the broker is known to refuse retained messages: they go out unretained. */
  readonly canRetain?: boolean;
  /** For the whole of the connect, in milliseconds. */
  readonly timeoutMs: number;
  readonly onMessage: (message: IncomingMessage) => void;
  /** Called once, after a successful connect, when the connection has ended for any reason. */
  readonly onClose: () => void;
}

/** One connection from its CONNACK to its end. It never reconnects: `bus.ts` makes another. */
export interface Connection {
  readonly version: 4 | 5;
  isOpen(): boolean;
  /**
   * Resolves at the PUBACK (QoS 1) or when the packet is written (QoS 0, and where the broker raises
   * it to 1).
   *
   * @throws EarshotError `timeout` when the broker does not acknowledge in time;
   *   `broker_unavailable` when it refuses the message, or the connection ends
   */
  publish(topic: string, payload: string | Uint8Array, options: PublishOptions): Promise<void>;
  /**
   * @throws EarshotError `timeout` when the broker does not acknowledge in time;
   *   `broker_unavailable` when it refuses the filter, or the connection ends
   */
  subscribe(filter: string, options?: SubscribeOptions): Promise<void>;
  /**
   * As `subscribe`, but each message goes to one of all the nodes that share the filter (MQTT 5,
   * section 4.8.2); only where the broker can.
   */
  readonly subscribeShared?: (filter: string) => Promise<void>;
  /** Says goodbye (no last will) and waits for it, or cuts the line when that takes too long. */
  end(): Promise<void>;
}
