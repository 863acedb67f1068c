import { join } from "node:path";
import { createCliAccessFile, makeCliAccess } from "../cli-access.js";
import { systemClock } from "../clock.js";
import { checkAvailability } from "../config/availability.js";
import type { Config } from "../config/schema.js";
import type { NodeAddress } from "../contract/topics.js";
import { createDeferred } from "../deferred.js";
import type { Log, Service } from "../lifecycle.js";
import { limitsOf } from "./configured-limits.js";
import { createEmbeddedBroker, type EmbeddedBroker } from "./embedded.js";
import type { Access } from "./parts.js";
import { createListeners } from "./listeners/listeners.js";
import { createAccess } from "./users/access.js";
import { createPersistence } from "./persistence/persistence.js";
import { openUserStore } from "./users/user-store.js";

/** The broker inside this node, and what must run before it. */
export interface NodeBroker {
  readonly broker: EmbeddedBroker;
  /** In the order of their start; the broker is the last. */
  readonly services: readonly Service[];
  /**
   * Lets clients in: until its start they wait for their CONNACK. Start it after whoever subscribes
   * to what clients send, for what nobody has subscribed to yet is acknowledged and dropped.
   */
  readonly admission: Service;
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
  const admitted = createDeferred<void>();
  const isOpenToNetwork = config.broker.allowAnonymousFromTheWholeNetwork;
  const broker = createEmbeddedBroker({
    host,
    port,
    log,
    limits: limits.guard,
    access: admitAfter(
      admitted.promise,
      createAccess({
        address,
        discoveryPrefix: config.homeAssistant.prefix,
        users,
        cliAccess,
        isOpenToNetwork,
        log,
        clock: systemClock,
      }),
    ),
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
  const admission: Service = {
    name: "admission",
    async start() {
      admitted.resolve();
    },
    async stop() {},
  };
  return {
    broker,
    services: [userWatch, createCliAccessFile(config.data.dir, cliAccess), broker],
    admission,
  };
}

/** The same rules, but nobody is let in or refused before. */
function admitAfter(admitted: Promise<void>, access: Access): Access {
  return {
    ...access,
    async authenticate(credentials) {
      await admitted;
      return await access.authenticate(credentials);
    },
  };
}
