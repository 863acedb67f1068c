import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { createMatcher } from "../contract/topic-filters.js";
import { EarshotError, messageOf } from "../errors.js";

/** A message as a program that asks sees it. */
export interface ReceivedMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
}

/** A connection to a broker that comes back by itself. */
export interface MqttLine {
  /**
   * Takes messages on a filter, now and after every reconnect.
   *
   * @returns what ends it
   * @throws EarshotError `broker_unavailable` when the broker refuses the filter
   */
  listen(filter: string, take: (message: ReceivedMessage) => void): Promise<() => Promise<void>>;
  /**
   * Sends with QoS 1, not retained; for a time when there is a connection. mqtt.js would keep what is
   * sent without one, however much that is, and send it when nobody waits for the answer any more.
   *
   * @throws EarshotError `broker_unavailable` when the broker refuses it
   */
  send(topic: string, payload: string): Promise<void>;
  isConnected(): boolean;
  /** Calls with every new connection, after what is listened to has been subscribed to again. */
  onConnect(listener: () => void): void;
  close(): Promise<void>;
}

/** How to reach a broker by its URL. */
export interface BrokerAccess {
  /** `mqtt:`, `mqtts:`, `ws:` or `wss:`; a browser has the last two. */
  readonly url: string;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** auto: 5 where the broker has it, else 4 (MQTT 3.1.1). */
  readonly version: 4 | 5 | "auto";
  readonly timeoutMs: number;
  /** What else mqtt.js takes, such as a certificate authority. */
  readonly mqtt: IClientOptions;
}

/**
 * Connects to a broker.
 *
 * @throws EarshotError `broker_unavailable` with the broker's reason
 */
export async function openLine(access: BrokerAccess): Promise<MqttLine> {
  const client = await connectClient(access);
  return wrapClient(client, async () => {
    await client.endAsync(true);
  });
}

/** Uses the connection of a program that has one; it stays open at `close`. */
export function borrowLine(client: MqttClient): MqttLine {
  return wrapClient(client, async () => {});
}

async function connectClient(access: BrokerAccess): Promise<MqttClient> {
  if (access.version !== "auto") return await connectOnce(access, access.version);
  try {
    return await connectOnce(access, 5);
  } catch {
    // mqtt.js says the same of a broker that hangs up on MQTT 5 and of one that is not there.
    return await connectOnce(access, 4);
  }
}

async function connectOnce(access: BrokerAccess, protocolVersion: 4 | 5): Promise<MqttClient> {
  const { url, username, password } = access;
  const settings: IClientOptions = {
    connectTimeout: access.timeoutMs,
    ...access.mqtt,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    protocolVersion,
  };
  try {
    // The first connect says what is wrong; the ones after it are tried again and again.
    return await mqtt.connectAsync(url, settings, false);
  } catch (cause) {
    throw new EarshotError("broker_unavailable", `${url}: ${messageOf(cause)}`, { cause });
  }
}

function wrapClient(client: MqttClient, end: () => Promise<void>): MqttLine {
  const listeners = new Map<string, Listeners>();
  const dispatch = (topic: string, payload: Uint8Array, packet: { retain: boolean }): void => {
    const levels = topic.split("/");
    for (const { matches, takers } of listeners.values()) {
      if (!matches(levels)) continue;
      for (const take of takers) take({ topic, payload, retain: packet.retain });
    }
  };
  client.on("message", dispatch);
  const greeters = new Set<() => void>();
  const unsubscribe = async (filter: string): Promise<void> => {
    listeners.delete(filter);
    if (client.connected) await client.unsubscribeAsync(filter);
  };
  return {
    async listen(filter, take) {
      const known = listeners.get(filter);
      const subscription = known ?? { matches: createMatcher(filter), takers: new Set() };
      subscription.takers.add(take);
      listeners.set(filter, subscription);
      subscription.isGranted ??= subscribe(client, filter);
      try {
        await subscription.isGranted;
      } catch (error) {
        listeners.delete(filter);
        throw error;
      }
      return async () => {
        const isLast = subscription.takers.delete(take) && subscription.takers.size === 0;
        if (isLast && listeners.get(filter) === subscription) await unsubscribe(filter);
      };
    },
    async send(topic, payload) {
      try {
        await client.publishAsync(topic, payload, { qos: 1 });
      } catch (cause) {
        const message = `publishing to ${topic}: ${messageOf(cause)}`;
        throw new EarshotError("broker_unavailable", message, { cause });
      }
    },
    isConnected: () => client.connected,
    onConnect(listener) {
      greeters.add(listener);
      client.on("connect", listener);
    },
    async close() {
      client.off("message", dispatch);
      for (const listener of greeters) client.off("connect", listener);
      for (const filter of listeners.keys()) await unsubscribe(filter).catch(() => {});
      await end();
    },
  };
}

/** Who takes the messages on one filter. */
interface Listeners {
  readonly matches: (levels: readonly string[]) => boolean;
  readonly takers: Set<(message: ReceivedMessage) => void>;
  /** The broker's answer, awaited by everybody who listens on this filter. */
  isGranted?: Promise<void>;
}

async function subscribe(client: MqttClient, filter: string): Promise<void> {
  try {
    await client.subscribeAsync(filter, { qos: 1 });
  } catch (cause) {
    const message = `subscribing to ${filter}: ${messageOf(cause)}`;
    throw new EarshotError("broker_unavailable", message, { cause });
  }
}
