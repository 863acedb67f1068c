import { createServer } from "node:net";
import { Aedes } from "aedes";
import { Aedes as StableAedes } from "aedes-1";
import {
  type CreateAedes,
  createEmbeddedBroker,
  type EmbeddedBroker,
  type EmbeddedBrokerOptions,
} from "../../src/broker/embedded.js";
import { type RecordedLog, recordLog } from "./logs.js";
import type { Cleanup } from "./temp-folder.js";

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

/** Starts a guarded broker on a free port; it stops with the test. */
export async function startGuardedBroker(
  t: Cleanup,
  options: Partial<EmbeddedBrokerOptions> = {},
): Promise<TestBroker> {
  const log = recordLog();
  const broker = createEmbeddedBroker({ host: "127.0.0.1", port: 0, log, ...options });
  t.after(() => broker.stop());
  await broker.start();
  return { broker, port: broker.address()?.port ?? 0, log };
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
