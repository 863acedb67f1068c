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
import { connectHint } from "./connect-hint.js";
import type { Connection, ConnectOptions } from "./connection.js";
import { addressOfUrl } from "./external-route.js";
import { offersSharing, toClientProperties, toClientPayload } from "./properties.js";
import { type PublishedMessage, publishedMessages } from "./published-messages.js";

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
      const qos = raisesQos && !retain ? 0 : asked.qos;
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
          { qos, retain, ...toClientProperties(asked, version) },
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
