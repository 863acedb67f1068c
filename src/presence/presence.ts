import type { Bus } from "../bus/bus.js";
import type { Health, Info } from "../contract/state.js";
import type { NodeTopics } from "../contract/topics.js";
import { messageOf } from "../errors.js";
import { type Log, type Service, withDeadline } from "../lifecycle.js";

/** What a node says about itself: `status`, `info` and `health`. */
export interface Presence extends Service {
  /** Publishes `info` again, after something in it has changed; nothing before the start. */
  announce(): void;
}

export interface PresenceOptions {
  readonly bus: Bus;
  readonly topics: NodeTopics;
  readonly log: Log;
  /** Read anew for each announcement. */
  readonly info: () => Info;
  /** Read anew every minute. */
  readonly health: () => Health;
}

const healthPeriodMs = 60_000;
const farewellTimeoutMs = 2000;

/**
 * Creates the service that must start last and stop first: `online` means that everything else is
 * up, `offline` that nothing will be answered any more.
 */
export function createPresence(options: PresenceOptions): Presence {
  const { bus, topics, log } = options;
  let timer: NodeJS.Timeout | undefined;
  const publishHealth = (): void => {
    bus.publish(topics.health, options.health()).catch((error: unknown) => {
      log.debug({ reason: messageOf(error) }, "health not published");
    });
  };
  return {
    name: "presence",
    announce() {
      if (timer === undefined) return;
      bus.publish(topics.info, options.info()).catch((error: unknown) => {
        log.debug({ reason: messageOf(error) }, "info not published");
      });
    },
    async start() {
      await bus.publish(topics.info, options.info());
      publishHealth();
      await bus.publish(topics.status, "online");
      timer = setInterval(publishHealth, healthPeriodMs);
    },
    async stop() {
      if (timer === undefined) return;
      clearInterval(timer);
      timer = undefined;
      await withDeadline(
        bus.publish(topics.status, "offline"),
        farewellTimeoutMs,
        "saying that this node goes offline",
      );
    },
  };
}
