import { Duplex } from "node:stream";
import type { Log } from "../../lifecycle.js";
import type { Access, Peer } from "../parts.js";
import type { SyncedSource } from "../persistence/held-acks.js";
import type { SessionOwners } from "../persistence/persistence.js";
import { createAdmission } from "./admission.js";
import type { AedesBroker, AedesClient } from "./aedes-parts.js";
import type { BrokerEnd } from "./broker-end.js";
import { Connection } from "./connection.js";
import type { ConnectionHost } from "./connection-host.js";
import { createCounters, type GuardCounters } from "./counters.js";
import { deliverGently } from "./deliver-gently.js";
import { prepareAedes } from "./prepare-aedes.js";
import { createGatheredWrites } from "./gathered-writes.js";
import { createGuardedClient, type GuardedClient } from "./guarded-client.js";
import { createHooks, type Hooks } from "./hooks.js";
import type { GuardLimits } from "./limits.js";
import { createDropLog } from "./log-drops.js";
import { hardenPersistence } from "./persistence-rules.js";
import { answerSubscribe } from "./subscribe-rules.js";
import { createUnreadWatch } from "./unread-watch.js";
import { reasonCodes } from "./violation.js";
import { untilRoom } from "./when-room.js";

export interface GuardOptions {
  readonly access: Access;
  readonly limits: GuardLimits;
  readonly log: Log;
  /**
   * Earshot's own, which matches topics right and knows whose the sessions are, over restarts as
   * well: PUBACK waits until it has stored a message.
   */
  readonly persistence: SyncedSource & {
    readonly owners: SessionOwners;
    /** A message was not sent, and counts as delivered. */
    delivered(clientId: string, identifier: number): void;
  };
}

/** Stands between the network and Aedes, of any version. */
export interface Guard {
  readonly hooks: Hooks;
  readonly counters: Readonly<GuardCounters>;
  /**
   * Takes charge of a broker that has just been made, before its first client.
   *
   * @throws EarshotError `internal` when this version of Aedes lacks what the guard changes
   */
  guard(broker: AedesBroker): void;
  /** Takes a stream from the network. */
  accept(stream: Duplex, peer: Peer): void;
  /** The broker has let a client in completely. */
  ready(client: AedesClient): void;
  /** A message of QoS 1 went to everybody and into the store. */
  published(client: AedesClient, identifier: number): void;
  stop(): void;
}

const sweepMs = 500;

/** Creates the guard of one broker. Nothing of it runs before the first connection. */
export function createGuard(options: GuardOptions): Guard {
  const { access, limits } = options;
  const counters = createCounters();
  const admission = createAdmission(limits);
  const sessions = options.persistence.owners;
  const logDrop = createDropLog(options.log, "client dropped");
  const connections = new Set<Connection>();
  const silent = new Set<Connection>();
  const clients = new Map<Connection, GuardedClient>();
  const byStream = new WeakMap<Duplex, GuardedClient>();
  const unread = createUnreadWatch(limits);
  const writes = createGatheredWrites<Connection>((connection) => {
    unread.check(connection);
  });
  let aedes: AedesBroker | undefined;

  const host: ConnectionHost = {
    limits,
    counters,
    admit(connection) {
      const refusal = admission.enter(connection.peer, performance.now());
      if (refusal === undefined) silent.delete(connection);
      return refusal;
    },
    attach(connection, end) {
      attach(connection, end);
    },
    send(connection, pieces) {
      const client = clients.get(connection);
      if (client === undefined) return;
      const packets = client.outgoing(pieces);
      writes.write(connection, connection.window?.pass(packets) ?? packets);
      // What the window holds back waits as well, and no write will come to look at it.
      if (connection.window !== undefined) unread.check(connection);
    },
    write(connection, packets) {
      writes.write(connection, packets);
    },
    tooLarge(connection, identifier) {
      counters.messages_too_large += 1;
      const client = clients.get(connection);
      if (identifier > 0 && client !== undefined)
        options.persistence.delivered(client.clientId, identifier);
    },
    subscribe(connection, facts) {
      const client = clients.get(connection);
      if (client === undefined) return [];
      const { packets, reply } = answerSubscribe(facts, { client, access, limits, counters });
      if (reply !== undefined)
        writes.write(connection, connection.window?.pass([reply]) ?? [reply]);
      return packets;
    },
    dropped({ facts, peer }, kind, reason) {
      if (kind !== "user_changed" && kind !== "broker") counters[kind] += 1;
      logDrop({ kind, clientId: facts?.clientId, address: peer.address, reason });
    },
    closed(connection) {
      // Who was never let in is still among the silent.
      if (!silent.delete(connection)) admission.leave(connection.peer);
      connections.delete(connection);
      clients.delete(connection);
      unread.forget(connection);
      counters.clients = clients.size;
    },
  };

  const attach = (connection: Connection, end: BrokerEnd): void => {
    const clientId = connection.facts?.clientId ?? "";
    const client = createGuardedClient({
      connection,
      write: (bytes) => {
        writes.write(connection, [bytes]);
      },
      persistence: options.persistence,
      hasSession: () =>
        connection.facts?.isCleanStart !== true && sessions.ownerOf(clientId) !== undefined,
    });
    clients.set(connection, client);
    byStream.set(end, client);
    counters.clients = clients.size;
    const attached = aedes?.handle(end);
    if (attached !== undefined) deliverGently(attached, client, writes.expect);
  };

  const sweep = setInterval(() => {
    const nowMs = performance.now();
    for (const connection of connections) connection.check(nowMs);
    unread.sweep();
  }, sweepMs).unref();

  access.onChange((isStillValid) => {
    for (const { connection, identity } of clients.values()) {
      if (identity !== undefined && !isStillValid(identity)) {
        connection.drop(
          { reason: "its user has changed", code: reasonCodes.notAuthorized },
          "user_changed",
        );
      }
    }
  });

  return {
    hooks: createHooks({
      access,
      counters,
      sessions,
      clientOf: (stream) => byStream.get(stream),
      refused: ({ connection }, reason) => {
        host.dropped(connection, "connections_refused", reason);
      },
      connected: (clientId) => clientUnder(aedes, clientId, byStream),
    }),
    counters,
    guard(broker) {
      const persistence = prepareAedes(broker);
      aedes = broker;
      hardenPersistence(persistence, {
        untilRoom: (client) => untilRoom(byStream.get(client.conn)?.connection.socket),
        onUnknownRelease: (client, identifier) => {
          byStream.get(client.conn)?.unknownReleases.add(identifier);
        },
      });
    },
    accept(stream, peer) {
      const connection = new Connection(stream, peer, host);
      counters.connections += 1;
      connections.add(connection);
      silent.add(connection);
      const [oldest] = silent;
      if (silent.size > limits.silentConnections && oldest !== undefined) {
        oldest.cut("dropped_silent", "too many connections without a CONNECT");
      }
    },
    ready(client) {
      const guarded = byStream.get(client.conn);
      if (guarded === undefined || client.id === null) return;
      if (!client.clean) sessions.remember(client.id, guarded.identity?.name ?? "");
      guarded.granted.forget();
      guarded.connection.open();
    },
    published(client, identifier) {
      byStream.get(client.conn)?.published(identifier);
    },
    stop() {
      clearInterval(sweep);
      for (const connection of connections) connection.close();
    },
  };
}

/** Who is connected under a client id. */
function clientUnder(
  broker: AedesBroker | undefined,
  clientId: string,
  byStream: WeakMap<Duplex, GuardedClient>,
): GuardedClient | undefined {
  const clients: unknown = broker === undefined ? undefined : Reflect.get(broker, "clients");
  if (typeof clients !== "object" || clients === null) return undefined;
  const client: unknown = Reflect.get(clients, clientId);
  if (typeof client !== "object" || client === null) return undefined;
  const stream: unknown = Reflect.get(client, "conn");
  return stream instanceof Duplex ? byStream.get(stream) : undefined;
}
