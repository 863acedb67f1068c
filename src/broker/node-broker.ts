import { join } from "node:path";
import { createCliAccessFile, makeCliAccess } from "../cli-access.js";
import { systemClock } from "../clock.js";
import { checkAvailability } from "../config/availability.js";
import type { Config } from "../config/schema.js";
import type { NodeAddress } from "../contract/topics.js";
import type { Log, Service } from "../lifecycle.js";
import { limitsOf } from "./configured-limits.js";
import { createEmbeddedBroker, type EmbeddedBroker } from "./embedded.js";
import { createListeners } from "./listeners/listeners.js";
import { createAccess } from "./users/access.js";
import { createPersistence } from "./persistence/persistence.js";
import { openUserStore } from "./users/user-store.js";

/** The broker inside this node, and what must run before it. */
export interface NodeBroker {
  readonly broker: EmbeddedBroker;
  /** In the order of their start; the broker is the last. */
  readonly services: readonly Service[];
}

/**
 * Builds the embedded broker as the configuration has it: users, listeners, rules. Nothing runs yet.
 *
 * @throws EarshotError `bad_config` when the settings do not go together, or the users' file is
 *   damaged
 */
export async function openNodeBroker(options: {
  readonly config: Config;
  readonly address: NodeAddress;
  readonly log: Log;
}): Promise<NodeBroker> {
  const { config, address, log } = options;
  const { host, port, users: configured } = config.broker;
  const users = await openUserStore({ dataDir: config.data.dir, configured, log });
  checkAvailability(config, users.size() > 0);
  const limits = limitsOf(config.broker.limits);
  const cliAccess = makeCliAccess();
  const isOpenToNetwork = config.broker.allowAnonymousFromTheWholeNetwork;
  const broker = createEmbeddedBroker({
    host,
    port,
    log,
    limits: limits.guard,
    access: createAccess({
      address,
      discoveryPrefix: config.homeAssistant.prefix,
      users,
      cliAccess,
      isOpenToNetwork,
      log,
      clock: systemClock,
    }),
    listeners: createListeners({
      broker: config.broker,
      maxPacketBytes: limits.guard.packetBytes,
      log,
    }),
    persistence: createPersistence({
      dir: config.broker.persistence ? join(config.data.dir, "broker") : undefined,
      limits: limits.persistence,
      log,
    }),
  });
  const userWatch: Service = {
    name: "users",
    async start() {
      await users.start();
      if (isOpenToNetwork && users.size() === 0) {
        log.warn({}, "the broker is open: whoever reaches it may read and publish everything");
      }
    },
    async stop() {
      users.stop();
    },
  };
  return { broker, services: [userWatch, createCliAccessFile(config.data.dir, cliAccess), broker] };
}
