import type { Bus } from "../bus/bus.js";
import type { IncomingMessage } from "../bus/connection.js";
import type { NodeAddress } from "../contract/topics.js";
import { nodeTopics } from "../contract/topics.js";
import { messageOf } from "../errors.js";
import { type Log, type Service, withDeadline } from "../lifecycle.js";
import { createLogThrottle } from "../log-throttle.js";
import { createDirections } from "./directions.js";
import { createForwarder } from "./forwarder.js";

export interface BridgeOptions extends NodeAddress {
  /** A connection of the bridge's own to the embedded broker. */
  readonly local: Bus & Service;
  /** The connection to the broker above; it has the node's status as its last will. */
  readonly upstream: Bus & Service;
  readonly log: Log;
}

/** The service that lets an upstream broker see this node although the node keeps its own broker. */
export interface Bridge extends Service {
  /** Flat numbers for `health`. */
  statistics(): Readonly<Record<string, number>>;
}

const farewellTimeoutMs = 2000;

/**
 * Creates a bridge from the embedded broker to one above: what nodes say goes up, requests and
 * settings for this node come down, and nothing that has crossed a bridge crosses another one.
 *
 * While the broker above is away the last state of each topic waits; events do not: a sound of an
 * hour ago would switch on somebody's light. A request simply does not arrive.
 */
export function createBridge(options: BridgeOptions): Bridge {
  const { local, upstream, base, node } = options;
  const directions = createDirections({ base, node });
  const { status, anyRequestFilter } = nodeTopics({ base, node });
  const up = createForwarder(upstream);
  const down = createForwarder(local);
  const refused = createLogThrottle();
  const report = (error: unknown): void => {
    refused.run((heldBack) => {
      options.log.warn(
        { reason: messageOf(error), heldBack },
        "a message did not cross the bridge",
      );
    });
  };
  const goUp = (message: IncomingMessage): void => {
    if (message.isBridged !== true && directions.goesUp(message.topic)) up.forward(message, report);
  };
  const goDown = (message: IncomingMessage): void => {
    // A retained request or setting is none; kept in our broker it would come again at each start.
    if (message.isBridged !== true && !message.retain) down.forward(message, report);
  };
  return {
    name: "bridge",
    statistics: () => ({
      bridge_connected: upstream.protocolVersion() === undefined ? 0 : 1,
      bridge_up: up.count().forwarded,
      bridge_down: down.count().forwarded,
      bridge_dropped: up.count().dropped + down.count().dropped,
    }),
    async start() {
      await local.start();
      try {
        for (const filter of directions.downFilters) {
          await upstream.subscribe(filter, goDown, { isShared: filter === anyRequestFilter });
        }
        await upstream.start();
        await local.subscribe(`${base}/#`, goUp);
      } catch (error) {
        await upstream.stop();
        await local.stop();
        throw error;
      }
    },
    async stop() {
      await local.stop();
      // What presence said a moment ago may still be on its way through the local broker.
      const farewell = upstream.publish(status, "offline");
      await withDeadline(farewell, farewellTimeoutMs, "saying offline upstream").catch(report);
      await upstream.stop();
    },
  };
}
