import type { Channel } from "../contract/topics.js";
import { createMatcher } from "../contract/topic-filters.js";
import { EarshotError, messageOf } from "../errors.js";
import { type Backoff, backoffMs } from "../backoff.js";
import type { Log, Service } from "../lifecycle.js";
import type { Connection, IncomingMessage, PublishOptions } from "./connection.js";
import { createRetainedMessages, type RetainedMessages } from "./retained-messages.js";

/** Handles one message. What it throws is logged and harms no other handler. */
export type MessageHandler = (message: IncomingMessage) => void | Promise<void>;

/** As much of a channel as it takes to publish on it. */
export type OutChannel<Payload> = Omit<Channel<Payload>, "codec"> & {
  readonly codec: Pick<Channel<Payload>["codec"], "encode">;
};

/** What features use to speak with each other and with the world. */
export interface Bus {
  /**
   * Publishes on a channel. A retained payload is remembered and sent again after a reconnect, so
   * it is never lost; without a connection that is all that happens.
   *
   * @throws EarshotError `broker_unavailable` for a payload that is not retained when there is no
   *   connection; `timeout` when the broker does not acknowledge
   */
  publish<Sent>(
    channel: OutChannel<Sent>,
    payload: Sent,
    extra?: Omit<PublishOptions, "qos" | "retain">,
  ): Promise<void>;
  /**
   * Takes messages on a filter, now and after every reconnect.
   *
   * @param options `isShared`: where the broker can, each message goes to one of all the nodes that
   *   share the filter, instead of to all of them
   */
  subscribe(
    filter: string,
    handler: MessageHandler,
    options?: { readonly isShared: boolean },
  ): Promise<void>;
  /** Every filter that this node has subscribed to. */
  subscriptions(): readonly string[];
  /** 5, or 4 for MQTT 3.1.1; `undefined` without a connection. */
  protocolVersion(): 4 | 5 | undefined;
}

/** For brokers that keep nothing: whoever comes later must be told again. */
export interface Resender {
  /** Sends every retained payload again; without a connection nothing happens. */
  resend(): Promise<void>;
}

export interface BusOptions {
  readonly log: Log;
  /** Opens one connection; called again for each attempt. */
  readonly connect: (events: {
    readonly onMessage: (message: IncomingMessage) => void;
    readonly onClose: () => void;
  }) => Promise<Connection>;
  /** Whether a first connect that fails is retried in the background instead of failing `start`. */
  readonly retryFirstConnect: boolean;
  /** Called after each connect, when everything is subscribed and sent again. */
  readonly onConnect?: () => void;
}

/** Who takes the messages on one filter. */
interface LocalSubscription {
  readonly filter: string;
  readonly isShared: boolean;
  readonly matches: (levels: readonly string[]) => boolean;
  readonly handlers: MessageHandler[];
}

const retry: Backoff = { firstMs: 1000, longestMs: 60_000 };
/**
 * A connection that lasted this long was a good one: the next retry starts from the beginning, so
 * that a broker which drops everybody every ten seconds is missed for one of them and not for 60.
 */
const healthyMs = 5000;
const lineEnded = "the connection to the broker ended";

/** The node's one connection to its broker, kept alive until it is stopped. */
export function createBus(options: BusOptions): Bus & Service & Resender {
  return new MqttBus(options);
}

class MqttBus implements Bus, Service, Resender {
  readonly name = "bus";
  readonly #options: BusOptions;
  readonly #subscriptions = new Map<string, LocalSubscription>();
  readonly #retained: RetainedMessages;
  #failures = 0;
  #connection: Connection | undefined;
  #connectedAtMs = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(options: BusOptions) {
    this.#options = options;
    this.#retained = createRetainedMessages(options.log);
  }

  async start(): Promise<void> {
    this.#isStopped = false;
    try {
      await this.#connect();
    } catch (error) {
      if (!this.#options.retryFirstConnect) throw error;
      this.#retryLater(error);
    }
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#retryTimer);
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.end();
  }

  publish<Sent>(
    channel: OutChannel<Sent>,
    payload: Sent,
    extra?: Omit<PublishOptions, "qos" | "retain">,
  ): Promise<void> {
    const text = channel.codec.encode(payload);
    const options: PublishOptions = { qos: channel.qos, retain: channel.retain, ...extra };
    if (channel.retain) this.#retained.remember(channel.topic, text, options);
    if (this.#connection === undefined) {
      if (channel.retain) return Promise.resolve();
      const message = `not connected: nothing sent to ${channel.topic}`;
      return Promise.reject(new EarshotError("broker_unavailable", message));
    }
    return this.#connection.publish(channel.topic, text, options);
  }

  async subscribe(
    filter: string,
    handler: MessageHandler,
    { isShared } = { isShared: false },
  ): Promise<void> {
    const key = `${isShared ? "shared" : "plain"} ${filter}`;
    const known = this.#subscriptions.get(key);
    const matches = createMatcher(filter);
    const subscription = known ?? { filter, isShared, matches, handlers: [] };
    subscription.handlers.push(handler);
    this.#subscriptions.set(key, subscription);
    if (this.#connection !== undefined) await subscribeOn(this.#connection, subscription);
  }

  subscriptions(): readonly string[] {
    return [...this.#subscriptions.values()].map(({ filter }) => filter);
  }

  protocolVersion(): 4 | 5 | undefined {
    return this.#connection?.version;
  }

  async resend(): Promise<void> {
    if (this.#connection !== undefined) await this.#retained.sendAll(this.#connection);
  }

  async #connect(): Promise<void> {
    let isReady = false;
    const connection: Connection = await this.#options.connect({
      onMessage: (message) => {
        this.#dispatch(message);
      },
      onClose: () => {
        // A connection that ends late must not take a newer one with it.
        if (this.#connection !== connection) return;
        this.#connection = undefined;
        // Before that it is this very attempt that fails and tells its caller.
        if (isReady) this.#handleLoss();
      },
    });
    if (this.#isStopped) {
      await connection.end();
      return;
    }
    // Before the first filter: a request that comes right after a SUBACK can then be answered.
    this.#connection = connection;
    this.#connectedAtMs = performance.now();
    try {
      for (const subscription of this.#subscriptions.values()) {
        await this.#resubscribe(connection, subscription);
      }
      await this.#retained.sendAll(connection);
      if (!connection.isOpen()) throw new EarshotError("broker_unavailable", lineEnded);
    } catch (error) {
      if (this.#connection === connection) this.#connection = undefined;
      await connection.end();
      throw error;
    }
    isReady = true;
    this.#options.log.info({ mqtt: connection.version }, "connected to the broker");
    this.#options.onConnect?.();
  }

  /** One filter that the broker's rules refuse must not lock the node out of all the others. */
  async #resubscribe(connection: Connection, subscription: LocalSubscription): Promise<void> {
    try {
      await subscribeOn(connection, subscription);
    } catch (error) {
      const isRefused = error instanceof EarshotError && error.code === "broker_unavailable";
      if (!isRefused || !connection.isOpen()) throw error;
      const reason = messageOf(error);
      const { filter } = subscription;
      this.#options.log.warn({ filter, reason }, "the broker refuses a subscription");
    }
  }

  #handleLoss(): void {
    if (performance.now() - this.#connectedAtMs > healthyMs) this.#failures = 0;
    this.#retryLater(new Error(lineEnded));
  }

  #retryLater(reason: unknown): void {
    if (this.#isStopped) return;
    this.#failures += 1;
    const waitMs = backoffMs(retry, this.#failures, Math.random);
    this.#options.log.warn(
      { reason: messageOf(reason), retryInMs: waitMs },
      "no broker; trying again",
    );
    clearTimeout(this.#retryTimer);
    this.#retryTimer = setTimeout(() => {
      this.#connect().catch((error: unknown) => {
        this.#retryLater(error);
      });
    }, waitMs);
  }

  #dispatch(message: IncomingMessage): void {
    const levels = message.topic.split("/");
    const canShare = this.#connection?.subscribeShared !== undefined;
    for (const { matches, handlers, isShared } of this.#subscriptions.values()) {
      if (!matches(levels)) continue;
      // This copy came because another part of the node listens too; somebody else may have the
      // one that is to be handled.
      if (isShared && canShare && !message.isShared) continue;
      for (const handler of handlers) this.#handle(handler, message);
    }
  }

  /** A throw inside mqtt.js's listener would end the process: every one is caught here. */
  #handle(handler: MessageHandler, message: IncomingMessage): void {
    const report = (error: unknown): void => {
      this.#options.log.error(
        { topic: message.topic, reason: messageOf(error) },
        "a message could not be handled",
      );
    };
    try {
      const done = handler(message);
      if (done !== undefined) done.catch(report);
    } catch (error) {
      report(error);
    }
  }
}

async function subscribeOn(connection: Connection, subscription: LocalSubscription): Promise<void> {
  const { filter, isShared } = subscription;
  if (isShared && connection.subscribeShared !== undefined) {
    await connection.subscribeShared(filter);
  } else await connection.subscribe(filter);
}
