import type { Duplex } from "node:stream";
import { createConnection, Socket } from "node:net";
import mqtt, {
  type IClientOptions,
  type IClientSubscribeOptions,
  type IConnackPacket,
  MqttClient,
} from "mqtt";
import mqttPacket from "mqtt-packet";
import { EarshotError, messageOf } from "../errors.js";
import { withDeadline } from "../lifecycle.js";
import { createAckDeadlines } from "./ack-deadlines.js";
import { asBrokerError, ClosedEarlyError } from "./broker-errors.js";
import { addressOfUrl } from "./external-route.js";
import { connectHint } from "./connect-hint.js";
import {
  type MessageProperties,
  offersSharing,
  toClientOptions,
  toClientPayload,
} from "./properties.js";
import { type PublishedMessage, publishedMessages } from "./published-messages.js";

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

const ackTimeoutMs = 10_000;
const endTimeoutMs = 1000;
const keepaliveSeconds = 30;
/** The group among which a broker divides the requests to any recommender. */
const shareName = "earshot";
/** Tells the messages of a shared subscription from those that everybody gets. */
const sharedIdentifier = 1;

// Before its first packet mqtt-packet, under mqtt.js and Aedes alike, makes a buffer for each of the
// 65,536 numbers of two bytes: 10 MB, and a third of a second on a Pi.
mqttPacket.writeToStream.cacheNumbers = false;

/**
 * Connects to a broker once; the only place that knows mqtt.js.
 *
 * @throws EarshotError `broker_unavailable` with the reason when the line or the CONNECT fails
 */
export async function connectToBroker(options: ConnectOptions): Promise<Connection> {
  const client = createClient(options);
  client.on("message", (topic, payload, packet) => {
    options.onMessage({
      topic,
      payload,
      retain: packet.retain,
      responseTopic: packet.properties?.responseTopic,
      correlationData: packet.properties?.correlationData,
      isShared: packet.properties?.subscriptionIdentifier === sharedIdentifier,
      qos: packet.qos,
      properties: packet.properties,
    });
  });
  let connack: IConnackPacket;
  try {
    connack = await withDeadline(
      untilConnected(client),
      options.timeoutMs,
      "connecting to the broker",
    );
  } catch (cause) {
    client.end(true);
    const branch = options.route.kind === "url" ? options.route.branch : undefined;
    const message = `${messageOf(cause)}${connectHint(cause, branch)}`;
    throw new EarshotError("broker_unavailable", message, { cause });
  }
  client.once("close", options.onClose);
  // Nagle's algorithm holds back the second of two small packets until the first is acknowledged:
  // 40 ms for a publish that follows a PUBACK.
  if (client.stream instanceof Socket) client.stream.setNoDelay(true);
  // Between two ends of one process nothing gets lost, so acknowledging each request and each reply
  // would only cost time; over the network QoS 1 keeps what a bad line drops.
  const subscribeQos = options.route.kind === "stream" ? 0 : 1;
  const raisesQos = options.route.kind === "stream" && options.route.raisesQos === true;
  const canShare = options.version === 5 && options.route.kind === "url" && offersSharing(connack);
  return wrap(client, { canRetain: true, ...options, subscribeQos, raisesQos, canShare });
}

function createClient(options: ConnectOptions): MqttClient {
  const { route, will, canRetain = true } = options;
  const settings: IClientOptions = {
    clientId: options.clientId,
    protocolVersion: options.version,
    clean: true,
    keepalive: keepaliveSeconds,
    // The bus makes a new client instead: one that reconnects by itself would send a publish
    // that the broker refuses again and again, without end.
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    // mqtt.js formats its debug lines even when nobody reads them.
    log: () => {},
    ...(will === undefined
      ? {}
      : {
          will: {
            topic: will.topic,
            payload: Buffer.from(will.payload),
            qos: 1,
            retain: canRetain,
          },
        }),
  };
  if (route.kind === "stream") return new MqttClient(route.open, settings);
  const credentials = {
    ...(route.username === undefined ? {} : { username: route.username }),
    ...(route.password === undefined ? {} : { password: route.password }),
  };
  // For any URL at all mqtt.js loads TLS, HTTP and WebSocket; a plain line does without them. With
  // a certificate of one's own it makes TLS even of mqtt://.
  if (route.url.startsWith("mqtt:") && route.tls?.cert === undefined) {
    const openLine = (): Socket => createConnection(addressOfUrl(route.url));
    return new MqttClient(openLine, { ...settings, ...credentials });
  }
  return mqtt.connect(route.url, { ...settings, ...route.tls, ...credentials });
}

function untilConnected(client: MqttClient): Promise<IConnackPacket> {
  return new Promise((resolve, reject) => {
    client.once("connect", resolve);
    // Stays for the client's whole life: an error without a listener would be thrown. After the
    // connect it is the `close` that always follows which tells the bus.
    client.on("error", reject);
    client.once("close", () => {
      reject(new ClosedEarlyError("the broker closed the line instead of answering"));
    });
  });
}

function wrap(
  client: MqttClient,
  options: {
    readonly version: 4 | 5;
    readonly subscribeQos: 0 | 1;
    readonly raisesQos: boolean;
    readonly canRetain: boolean;
    readonly canShare: boolean;
  },
): Connection {
  const { version, subscribeQos, raisesQos, canRetain, canShare } = options;
  const deadlines = createAckDeadlines(ackTimeoutMs);
  client.once("close", deadlines.failAll);
  const subscribe = async (filter: string, options: Partial<IClientSubscribeOptions>) => {
    const what = `subscribing to ${filter}`;
    // MQTT 5 only: Retain As Published lets a live message keep the flag that its sender set.
    const granted = client.subscribeAsync(filter, { qos: subscribeQos, rap: true, ...options });
    try {
      await withDeadline(granted, ackTimeoutMs, what);
    } catch (error) {
      throw asBrokerError(what, error);
    }
  };
  return {
    version,
    isOpen: () => client.connected,
    publish(topic, payload, asked) {
      const retain = asked.retain && canRetain;
      const options = { ...asked, qos: raisesQos && !retain ? 0 : asked.qos, retain };
      if (publishedMessages.hasSubscribers) {
        const clientId = client.options.clientId ?? "";
        const message = { clientId, topic, payload, options: asked };
        publishedMessages.publish(message satisfies PublishedMessage);
      }
      return new Promise((resolve, reject) => {
        const settled = deadlines.begin(`publishing to ${topic}`, reject);
        client.publish(
          topic,
          toClientPayload(payload),
          toClientOptions(options, version),
          (error) => {
            settled();
            if (error === undefined || error === null) resolve();
            else reject(asBrokerError(`publishing to ${topic}`, error));
          },
        );
      });
    },
    subscribe: (filter, { qos = subscribeQos, noLocal = false } = {}) =>
      subscribe(filter, { qos, nl: noLocal }),
    ...(canShare && {
      subscribeShared: (filter) =>
        subscribe(`$share/${shareName}/${filter}`, {
          properties: { subscriptionIdentifier: sharedIdentifier },
        }),
    }),
    async end() {
      try {
        await withDeadline(client.endAsync(), endTimeoutMs, "saying goodbye to the broker");
      } catch {
        client.end(true);
      }
    },
  };
}
