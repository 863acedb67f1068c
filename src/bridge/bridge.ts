import { randomUUID } from "node:crypto";
import type { Connection, IncomingMessage } from "../bus/connection.js";
import { type Clock, systemClock } from "../clock.js";
import { messageOf } from "../errors.js";
import { type Log, type Service, withDeadline } from "../lifecycle.js";
import { createLogThrottle } from "../log-throttle.js";
import type { Directions } from "./directions.js";
import { type FormerTopics, nothingFormer } from "./former.js";
import { createHops } from "./hops.js";
import { createLink, type LinkOptions, type Reservation } from "./link.js";
import { createOutbox, type OutboxLimits } from "./outbox.js";
import { createSender } from "./sender.js";

/** Joins the node's own broker to another one. */
export interface Bridge extends Service {
  /** Whether the upstream broker is there and this node's name at it is its own. */
  isUp(): boolean;
  /**
   * Resolves when all that was published on the own broker before the call has been looked at.
   *
   * @throws EarshotError `timeout` or `broker_unavailable` when that cannot be told
   */
  catchUp(): Promise<void>;
  /** Flat numbers for `health`. */
  statistics(): Readonly<Record<string, number>>;
}

/** What a bridge needs to know of the node's name at the upstream broker. */
export interface UpstreamName {
  /** Where nodes ask each other for the name. */
  readonly topic: string;
  /**
   * Makes the name this node's own until it is released; asked before each connect.
   *
   * @throws EarshotError `bad_config` when another live node has it
   */
  claim(): Promise<Reservation>;
  /** Takes what is said on `topic`, as soon as the bridge has subscribed to it upstream. */
  hear(message: IncomingMessage, connection: Connection): void;
}

export interface BridgeOptions {
  readonly directions: Directions;
  /** Nothing without it. */
  readonly former?: FormerTopics;
  /** The node's `status`, the last thing that goes up. */
  readonly statusTopic: string;
  readonly connectOwn: LinkOptions["connect"];
  readonly connectUpstream: LinkOptions["connect"];
  readonly name: UpstreamName;
  /** Called whenever the upstream broker is there again. */
  readonly onUp?: () => void;
  readonly log: Log;
  readonly limits?: OutboxLimits;
  readonly clock?: Clock;
  readonly random?: () => number;
}

const farewellTimeoutMs = 2000;
/** As large as a packet may be on the node's own broker. */
const maxRequestBytes = 1024 * 1024;

/**
 * Creates the bridge; upstream may be away for as long as it likes.
 *
 * Must start after the node's own broker and before everything that publishes, so that it stops
 * after all of that and the node's `offline` still goes up.
 */
export function createBridge(options: BridgeOptions): Bridge {
  const { directions, name, log, clock = systemClock, random = Math.random } = options;
  const { former = nothingFormer } = options;
  const hops = createHops(randomUUID());
  const outbox = createOutbox(options.limits);
  const sender = createSender({ outbox, log, clock });
  const ignored = createLogThrottle();
  const counters = { taken: 0, ignored: 0, missed: 0 };

  const sendWaiting = async (): Promise<void> => {
    const connection = upstream.connection();
    if (connection !== undefined) await sender.send(connection);
  };
  /** All state comes again: what of it was kept back so far may go up now. */
  const takeAgain = async (from: Connection): Promise<void> => {
    try {
      await subscribeOwn(from, directions);
    } catch (error) {
      // With the next connection it comes by itself.
      log.debug({ reason: messageOf(error) }, "the own broker's state was not sent again");
    }
  };
  const takeUp = (message: IncomingMessage, from: Connection): void => {
    const { topic, payload, retain, properties } = message;
    if (!directions.goesUp(topic) || hops.isRound(properties)) return;
    if (former.hear(message)) void takeAgain(from);
    if (former.has(topic)) return;
    const qos = message.qos === 0 ? 0 : 1;
    // At most once, and of use only now: a level an hour old would push an event out.
    if (qos === 0 && !retain && upstream.connection() === undefined) {
      counters.missed += 1;
      return;
    }
    outbox.add({
      topic,
      payload,
      qos,
      retain,
      properties: hops.mark(properties),
      receivedMs: clock.now(),
    });
    void sendWaiting();
  };
  const takeDown = (message: IncomingMessage, from: Connection): void => {
    const { topic, payload, retain, properties } = message;
    if (topic === name.topic) {
      // Ready or not: the claim, which has answered so far, is about to be released.
      name.hear(message, from);
      return;
    }
    const connection = own.connection();
    const isWanted = directions.comesDown(topic, retain) && payload.length <= maxRequestBytes;
    if (!isWanted || hops.isRound(properties) || connection === undefined) {
      counters.ignored += 1;
      ignored.run((heldBack) => {
        const details = { topic: topic.slice(0, 200), retained: retain, heldBack };
        log.warn(details, "a message from upstream was ignored");
      });
      return;
    }
    counters.taken += 1;
    const publishing = connection.publish(topic, payload, {
      qos: message.qos === 0 ? 0 : 1,
      retain: false,
      properties: hops.mark(properties),
    });
    publishing.catch((error: unknown) => {
      log.warn({ topic, reason: messageOf(error) }, "a message from upstream was not delivered");
    });
  };

  const own = createLink({
    to: "the node's own broker",
    connect: options.connectOwn,
    onMessage: takeUp,
    prepare: (connection) => subscribeOwn(connection, directions),
    log,
    clock,
    random,
  });
  const upstream = createLink({
    to: "the upstream broker",
    // First of all: the last will of this very connection would speak in the other one's name.
    reserve: () => name.claim(),
    connect: options.connectUpstream,
    onMessage: takeDown,
    async prepare(connection) {
      outbox.renewState();
      await subscribeUpstream(connection, { ...directions, nameTopic: name.topic, log });
    },
    onUp() {
      void sendWaiting();
      options.onUp?.();
    },
    log,
    clock,
    random,
  });
  const sayFarewell = async (): Promise<void> => {
    try {
      // Its SUBACK comes after everything that has been published before, `offline` at the end.
      await own.connection()?.subscribe(options.statusTopic, { noLocal: true });
      await withDeadline(sendWaiting(), farewellTimeoutMs, "sending the last messages upstream");
    } catch (error) {
      log.warn({ reason: messageOf(error) }, "not everything went upstream");
    }
  };
  return {
    name: "bridge",
    async start() {
      await own.start();
      // Not waited for: a node works without its upstream.
      void upstream.start();
    },
    async stop() {
      // One that is not up does not come up for a farewell.
      if (upstream.connection() !== undefined) await sayFarewell();
      await Promise.all([own.stop(), upstream.stop()]);
    },
    async catchUp() {
      // Its SUBACK comes after everything that has been published before; nothing of it goes up.
      await own.connection()?.subscribe(name.topic, { noLocal: true });
    },
    isUp: () => upstream.connection() !== undefined,
    statistics: () => ({
      bridge_connected: upstream.connection() === undefined ? 0 : 1,
      bridge_forwarded: sender.counters.forwarded,
      bridge_taken: counters.taken,
      bridge_waiting: outbox.waiting(),
      bridge_dropped:
        outbox.dropped() +
        sender.counters.refused +
        sender.counters.expired +
        counters.missed +
        counters.ignored,
    }),
  };
}

/** With QoS 1, so that each message comes with the one it was published with. */
async function subscribeOwn(connection: Connection, { upFilters }: Directions): Promise<void> {
  for (const filter of upFilters) await connection.subscribe(filter, { qos: 1, noLocal: true });
}

/** A filter that upstream refuses is left out: what the node says can still go up. */
async function subscribeUpstream(
  connection: Connection,
  options: Directions & { readonly nameTopic: string; readonly log: Log },
): Promise<void> {
  const { downFilters, sharedDownFilters, nameTopic, log } = options;
  const subscribe = async (filter: string, subscribing: Promise<void>): Promise<void> => {
    try {
      await subscribing;
    } catch (error) {
      if (!connection.isOpen()) throw error;
      log.warn({ filter, reason: messageOf(error) }, "the upstream broker refuses a subscription");
    }
  };
  const plainly = (filter: string) => connection.subscribe(filter, { noLocal: true });
  for (const filter of [nameTopic, ...downFilters]) await subscribe(filter, plainly(filter));
  for (const filter of sharedDownFilters) {
    // No Local does not go with a shared subscription ([MQTT-3.8.3-4]).
    await subscribe(filter, (connection.subscribeShared ?? plainly)(filter));
  }
}
