import { createServer } from "node:net";
import { join } from "node:path";
import { Aedes } from "aedes";
import { Aedes as StableAedes } from "aedes-1";
import {
  type CreateAedes,
  createEmbeddedBroker,
  type EmbeddedBroker,
  type EmbeddedBrokerOptions,
} from "../../src/broker/embedded.js";
import type { Access } from "../../src/broker/parts.js";
import { createPersistence } from "../../src/broker/persistence/persistence.js";
import { createAccess } from "../../src/broker/users/access.js";
import { openUserStore } from "../../src/broker/users/user-store.js";
import { systemClock } from "../../src/clock.js";
import { type RecordedLog, recordLog } from "./logs.js";
import { type Cleanup, makeTempFolder } from "./temp-folder.js";

/** The versions of Aedes that the guard must serve. */
export const aedesVersions: Readonly<Record<string, CreateAedes>> = {
  "2.0.0-beta.1": (settings) => Aedes.createBroker(settings),
  "1.2.0": (settings) => StableAedes.createBroker(settings),
};

export interface TestBroker {
  readonly broker: EmbeddedBroker;
  readonly port: number;
  readonly log: RecordedLog;
}

/**
 * Starts a broker on a free port as `node-broker.ts` composes it: with the access rules, and with its
 * state in a folder. It has no users and serves the whole network; it stops with the test.
 */
export async function startGuardedBroker(
  t: Cleanup,
  options: Partial<EmbeddedBrokerOptions> = {},
): Promise<TestBroker> {
  const log = recordLog();
  const removals: (() => unknown)[] = [];
  const dataDir = await makeTempFolder({ after: (run) => removals.push(run) });
  const broker = createEmbeddedBroker({
    host: "127.0.0.1",
    port: 0,
    log,
    access: await openAnonymousAccess(dataDir, log),
    persistence: createPersistence({ dir: join(dataDir, "broker"), log }),
    ...options,
  });
  t.after(async () => {
    await broker.stop();
    for (const remove of removals) await remove();
  });
  await broker.start();
  return { broker, port: broker.address()?.port ?? 0, log };
}

async function openAnonymousAccess(dataDir: string, log: RecordedLog): Promise<Access> {
  return createAccess({
    address: { base: "earshot", node: "test-node" },
    discoveryPrefix: "homeassistant",
    users: await openUserStore({ dataDir, configured: {}, log }),
    cliAccess: undefined,
    isOpenToNetwork: true,
    log,
    clock: systemClock,
  });
}

/** Starts Aedes as it comes. */
export async function startBareBroker(t: Cleanup): Promise<number> {
  const broker = await Aedes.createBroker();
  const server = createServer({ noDelay: true }, (socket) => {
    broker.handle(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  t.after(
    () =>
      new Promise<void>((resolve) => {
        server.close();
        broker.close(() => {
          resolve();
        });
      }),
  );
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
