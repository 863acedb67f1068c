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
  let isUp = false;
  let timer: NodeJS.Timeout | undefined;
  const publishHealth = (): void => {
    bus.publish(topics.health, options.health()).catch((error: unknown) => {
      log.debug({ reason: messageOf(error) }, "health not published");
    });
  };
  const stop = async (): Promise<void> => {
    if (!isUp) return;
    isUp = false;
    clearInterval(timer);
    await withDeadline(
      bus.publish(topics.status, "offline"),
      farewellTimeoutMs,
      "saying that this node goes offline",
    );
  };
  return {
    name: "presence",
    stop,
    announce() {
      if (!isUp) return;
      bus.publish(topics.info, options.info()).catch((error: unknown) => {
        log.debug({ reason: messageOf(error) }, "info not published");
      });
    },
    async start() {
      // Before the first await: what changes while that is under way must be announced too.
      isUp = true;
      try {
        await bus.publish(topics.info, options.info());
        publishHealth();
        await bus.publish(topics.status, "online");
      } catch (error) {
        await stop().catch((farewell: unknown) => {
          log.debug({ reason: messageOf(farewell) }, "offline not published");
        });
        throw error;
      }
      timer = setInterval(publishHealth, healthPeriodMs);
    },
  };
}
