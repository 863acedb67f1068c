import { Aedes } from "aedes";
import type { Duplex } from "node:stream";
import { createListeners } from "../../../src/broker/listeners/listeners.js";
import type { Access, Identity, Listeners, Peer } from "../../../src/broker/parts.js";
import type { Config } from "../../../src/config/schema.js";
import { type RecordedLog, recordLog } from "../../support/logs.js";
import type { Cleanup } from "../../support/temp-folder.js";

type BrokerConfig = Pick<Config["broker"], "host" | "port" | "tls" | "ws">;

/** `broker` of a configuration that listens on this machine, on a free port. */
export function brokerConfig(
  tls: Partial<BrokerConfig["tls"]> = {},
  ws: Partial<BrokerConfig["ws"]> = {},
): BrokerConfig {
  return {
    host: "127.0.0.1",
    port: 0,
    tls: { host: "", port: 0, cert: "", key: "", clientCa: "", ...tls },
    ws: { host: "", port: 0, tls: false, origins: [], ...ws },
  };
}

/** Listeners with a bare Aedes behind them. */
export interface TestListeners {
  readonly listeners: Listeners;
  /** Who has come in, in order. */
  readonly peers: readonly Peer[];
  readonly streams: readonly Duplex[];
  readonly log: RecordedLog;
  readonly portOf: (transport: Peer["transport"]) => number;
}

const maxPacketBytes = 64 * 1024;

/**
 * Starts them; everything ends with the test.
 *
 * @param access asked as the guard asks it; without it everybody may do all
 */
export async function startListeners(
  t: Cleanup,
  broker: BrokerConfig,
  access?: Access,
): Promise<TestListeners> {
  const log = recordLog();
  const peers: Peer[] = [];
  const streams: Duplex[] = [];
  const listeners = createListeners({ broker, maxPacketBytes, log });
  const aedes = await createAedes(access);
  t.after(async () => {
    await listeners.stop();
    await new Promise<void>((resolve) => {
      aedes.close(resolve);
    });
  });
  await listeners.start((stream, peer) => {
    peers.push(peer);
    streams.push(stream);
    whereFrom.set(stream, peer);
    aedes.handle(stream);
  });
  return {
    listeners,
    peers,
    streams,
    log,
    portOf: (transport) =>
      listeners.addresses().find((address) => address.transport === transport)?.port ?? 0,
  };
}

const whereFrom = new WeakMap<object, Peer>();
const identities = new WeakMap<object, Identity>();

async function createAedes(access: Access | undefined): Promise<Aedes> {
  if (access === undefined) return await Aedes.createBroker();
  const refused = Object.assign(new Error("not authorised"), { returnCode: 5 });
  const aedes = await Aedes.createBroker({
    authenticate: (client, username, ...[password, done]) => {
      const decide = async (): Promise<void> => {
        const identity = await access.authenticate({
          clientId: client.id,
          username: username ?? undefined,
          password: password === undefined ? undefined : Buffer.from(password),
          peer: whereFrom.get(client.conn) ?? { transport: "tcp", address: "" },
        });
        if (identity !== undefined) identities.set(client, identity);
        done(identity === undefined ? refused : null, identity !== undefined);
      };
      void decide();
    },
    authorizePublish: (client, { topic }, done) => {
      const identity = client === null ? undefined : identities.get(client);
      const may = identity !== undefined && access.mayPublish(identity, client?.id ?? "", topic);
      done(may ? null : new Error("not authorised"));
    },
    authorizeSubscribe: (client, subscription, done) => {
      const identity = client === null ? undefined : identities.get(client);
      const may =
        identity !== undefined &&
        access.maySubscribe(identity, client?.id ?? "", subscription.topic);
      done(null, may ? subscription : null);
    },
  });
  return aedes;
}
