import { randomUUID } from "node:crypto";
import type { Connection, IncomingMessage, Route } from "./connection.js";
import type { Connector } from "./negotiate.js";

/** Short connections beside the bus: what is said on them is not said again after a reconnect. */
export interface SideLine {
  /** @throws EarshotError `broker_unavailable` */
  readonly open: (onMessage: (message: IncomingMessage) => void) => Promise<Connection>;
  /**
   * Takes retained messages off the broker; an empty one does that ([MQTT-3.3.1-6]).
   *
   * @throws EarshotError `broker_unavailable` or `timeout`; some may be gone by then
   */
  readonly clear: (topics: readonly string[]) => Promise<void>;
}

/** Nothing waits for such a connection that could not be done later. */
const timeoutMs = 3000;

/** Opens connections to the node's broker, each for one purpose. */
export function createSideLine(connect: Connector, route: Route): SideLine {
  const open: SideLine["open"] = (onMessage) =>
    connect({
      route,
      clientId: `earshot-side-${randomUUID().slice(0, 8)}`,
      timeoutMs,
      onMessage,
      onClose: () => {},
    });
  return {
    open,
    async clear(topics) {
      const connection = await open(() => {});
      try {
        for (const topic of topics) await connection.publish(topic, "", { qos: 1, retain: true });
      } finally {
        await connection.end();
      }
    },
  };
}
