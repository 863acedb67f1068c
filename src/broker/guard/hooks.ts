import type { Duplex } from "node:stream";
import type { Access, Identity } from "../parts.js";
import type { SessionOwners } from "../persistence/persistence.js";
import { type AedesClient, type AedesPacket, RefusedError } from "./aedes-parts.js";
import type { GuardCounters } from "./counters.js";
import type { GuardedClient } from "./guarded-client.js";

/** A publish that was refused; the connection stays where the version of MQTT can say so. */
export class DeniedError extends Error {}

export interface HookParts {
  readonly access: Access;
  readonly counters: GuardCounters;
  readonly sessions: SessionOwners;
  /** The guarded client behind a stream; `undefined` for the node's own client, which is trusted. */
  readonly clientOf: (stream: Duplex) => GuardedClient | undefined;
  /** Counts and logs who was let in by the access rules, which log whom they refuse, and not here. */
  readonly refused: (guarded: GuardedClient, reason: string) => void;
  /** Who is connected under a client id. */
  readonly connected: (clientId: string) => GuardedClient | undefined;
}

/** What Aedes asks on its way: the policy of the broker. */
export interface Hooks {
  /** Lets a client in (`undefined`), or says why not; never rejects, because `Access` does not. */
  authenticate(
    client: AedesClient,
    credentials: { readonly username: string | undefined; readonly password: Buffer | undefined },
  ): Promise<RefusedError | undefined>;
  /** Why a message may not be published; `undefined`: it may. */
  denyPublish(client: AedesClient | null, topic: string): Error | undefined;
  maySubscribe(client: AedesClient, filter: string): boolean;
  /** Decides whether and how a message is delivered; changes the packet. */
  deliver(client: AedesClient, packet: AedesPacket): boolean;
}

const identifierRejected = 2;
const notAuthorised = 5;

/** Builds the answers out of the access rules. */
export function createHooks(parts: HookParts): Hooks {
  const { access, counters, clientOf } = parts;
  return {
    async authenticate(client, { username, password }) {
      const guarded = clientOf(client.conn);
      if (guarded === undefined) return undefined;
      const clientId = client.id ?? "";
      guarded.clientId = clientId;
      const { peer, facts } = guarded.connection;
      // As the CONNECT has it: Aedes makes an id for a client that sends an empty one.
      const given = { clientId: facts?.clientId ?? clientId, username, password, peer };
      const identity = await access.authenticate(given);
      const refusal = refuse(parts, { guarded, clientId, identity });
      if (refusal === undefined) guarded.identity = identity;
      else if (identity === undefined) counters.auth_failures += 1;
      else parts.refused(guarded, refusal.message);
      return refusal;
    },
    denyPublish(client, topic) {
      // A custom hook replaces Aedes' own guard of $SYS.
      if (topic.startsWith("$")) return new DeniedError("clients may not publish below $");
      const guarded = client === null ? undefined : clientOf(client.conn);
      if (guarded === undefined) return undefined;
      const { clientId, identity } = guarded;
      if (identity !== undefined && access.mayPublish(identity, clientId, topic)) return undefined;
      counters.publishes_denied += 1;
      return new DeniedError(`not allowed to publish to ${topic}`);
    },
    maySubscribe(client, filter) {
      const guarded = clientOf(client.conn);
      return guarded === undefined || maySubscribe(access, guarded, filter);
    },
    deliver(client, packet) {
      // The publisher's DUP is its own affair ([MQTT-3.3.1-3]); one from the queue keeps what
      // `sendAgain` found out.
      const isQueued = packet.messageId !== undefined;
      if (!isQueued) packet.dup = false;
      const guarded = clientOf(client.conn);
      if (guarded === undefined) return true;
      if (packet.qos > 0) {
        const granted = guarded.granted.of(packet.topic);
        if (granted !== undefined && granted < packet.qos && !(isQueued && granted === 0))
          packet.qos = granted;
      }
      const { clientId, identity } = guarded;
      return identity !== undefined && access.mayReceive(identity, clientId, packet.topic);
    },
  };
}

/** Whether a filter may be subscribed to, by a guarded client. */
export function maySubscribe(
  access: Access,
  { clientId, identity }: GuardedClient,
  filter: string,
): boolean {
  // Below $SYS Aedes tells who is there and what they subscribe to.
  return (
    !filter.startsWith("$") &&
    identity !== undefined &&
    access.maySubscribe(identity, clientId, filter)
  );
}

/** Why an authenticated client is not let in after all. */
function refuse(
  { access, sessions, connected }: HookParts,
  who: {
    readonly guarded: GuardedClient;
    readonly clientId: string;
    readonly identity: Identity | undefined;
  },
): RefusedError | undefined {
  const { guarded, clientId, identity } = who;
  if (identity === undefined) return new RefusedError("wrong user name or password", notAuthorised);
  const owner = connected(clientId)?.identity?.name ?? sessions.ownerOf(clientId);
  if (owner !== undefined && owner !== identity.name)
    return new RefusedError("the client id belongs to another user", identifierRejected);
  const will = guarded.connection.facts?.willTopic;
  if (
    will !== undefined &&
    (will.startsWith("$") || !access.mayPublish(identity, clientId, will))
  ) {
    return new RefusedError(`not allowed to publish the will to ${will}`, notAuthorised);
  }
  return undefined;
}
