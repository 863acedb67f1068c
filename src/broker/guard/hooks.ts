import type { Duplex } from "node:stream";
import { EarshotError } from "../../errors.js";
import type { Access, Credentials, Identity } from "../parts.js";
import type { SessionOwners } from "../persistence/persistence.js";
import { type AedesClient, type AedesPacket, isPersistence, RefusedError } from "./aedes-parts.js";
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
  /**
   * Lets a client in (`undefined`), or says why not. Who could not be told right from wrong, because
   * `Access` threw `broker_unavailable`, may come again (CONNACK 3, MQTT 5: 0x88).
   */
  authenticate(
    client: AedesClient,
    credentials: { readonly username: string | undefined; readonly password: Buffer | undefined },
  ): Promise<RefusedError | undefined>;
  /** Why a message may not be published; `undefined`: it may. */
  denyPublish(client: AedesClient | null, topic: string): Error | undefined;
  /** Whether a message that may be published with RETAIN is kept. */
  mayStay(topic: string): boolean;
  /** The user behind a client; `undefined` for the node's own client. */
  userOf(client: AedesClient | null): string | undefined;
  maySubscribe(client: AedesClient, filter: string): boolean;
  /** Decides whether and how a message is delivered; changes the packet. */
  deliver(client: AedesClient, packet: AedesPacket): boolean;
}

const identifierRejected = 2;
const serverUnavailable = 3;
const notAuthorised = 5;
/** MQTT 5, section 3.14.2.1. */
const sessionTakenOver = 0x8e;

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
      const identity = await identify(access, given);
      if (identity === "busy") return refuseForNow();
      const refusal = refuse(parts, { guarded, clientId, identity });
      if (refusal === undefined) {
        if (ownerOf(parts, clientId, identity) !== undefined) await evict(parts, client);
        guarded.identity = identity;
        keepUntilItsEnd(parts, client, guarded);
      } else if (identity === undefined) counters.auth_failures += 1;
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
    mayStay: (topic) => access.mayStay(topic),
    userOf: (client) => (client === null ? undefined : clientOf(client.conn)?.identity?.name),
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

async function identify(
  access: Access,
  given: Credentials,
): Promise<Identity | "busy" | undefined> {
  try {
    return await access.authenticate(given);
  } catch (error) {
    if (error instanceof EarshotError && error.code === "broker_unavailable") return "busy";
    throw error;
  }
}

function refuseForNow(): RefusedError {
  return new RefusedError("too many sign in at once", serverUnavailable);
}

/** Why an authenticated client is not let in after all. */
function refuse(
  parts: HookParts,
  who: {
    readonly guarded: GuardedClient;
    readonly clientId: string;
    readonly identity: Identity | undefined;
  },
): RefusedError | undefined {
  const { guarded, clientId, identity } = who;
  if (identity === undefined) return new RefusedError("wrong user name or password", notAuthorised);
  const { access } = parts;
  const owner = ownerOf(parts, clientId, identity);
  if (owner !== undefined && !access.mayTakeOver(identity, owner))
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

/** The other user under whose name a client id is in use or has a session. */
function ownerOf(
  { sessions, connected }: HookParts,
  clientId: string,
  identity: Identity | undefined,
): string | undefined {
  const owner = connected(clientId)?.identity?.name ?? sessions.ownerOf(clientId);
  return owner === identity?.name ? undefined : owner;
}

/**
 * Aedes takes a client with Session Expiry 0 for one without a session, and throws away what waits for
 * it. One that resumes a session has it until its connection ends (MQTT 5, section 3.1.2.11.2); that
 * it ends then, Aedes sees by the expiry.
 */
function keepUntilItsEnd(
  { sessions }: HookParts,
  client: AedesClient,
  { connection: { facts }, clientId }: GuardedClient,
): void {
  const resumes = facts?.version === 5 && !facts.isCleanStart;
  if (resumes && client.clean && sessions.ownerOf(clientId) !== undefined)
    Reflect.set(client, "clean", false);
}

/** Ends another user's connection and session before their client id gets a new owner. */
async function evict({ connected }: HookParts, client: AedesClient): Promise<void> {
  connected(client.id ?? "")?.connection.drop({
    reason: "another user has taken its client id over",
    code: sessionTakenOver,
  });
  const broker: unknown = Reflect.get(client, "broker");
  const persistence: unknown =
    typeof broker === "object" && broker !== null ? Reflect.get(broker, "persistence") : undefined;
  if (isPersistence(persistence)) await persistence.cleanSubscriptions({ id: client.id });
}
