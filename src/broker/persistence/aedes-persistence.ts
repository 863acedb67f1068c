import { Readable } from "node:stream";
import type { Packet, PacketReference } from "./packet.js";
import type { ClientReference, Session } from "./session.js";
import { isPubrel, type PubrelPacket, type QueuedMessage } from "./session-queue.js";
import type { State } from "./state.js";
import type { Subscription } from "./subscription-index.js";
import {
  addSubscriptions,
  recipientsOf,
  removeSubscriptions,
  type Match,
} from "./subscriptions.js";
import type { Will, WillOwner } from "./wills.js";

/** What the persistence needs of Aedes; the events are missing in the suite that tests persistences. */
export interface AedesBroker {
  readonly id: string;
  on?(event: "client" | "clientDisconnect", listener: (client: ClientReference) => void): unknown;
  publish(packet: object, done: (error?: Error | null) => void): void;
  /** Aedes 2: it keeps a timer for each session that waits for its end. */
  clearSessionExpiry?(clientId: string): void;
}

/**
 * The object that goes into Aedes' option `persistence`; its methods are those of
 * aedes-persistence 11, and `abstract.js` of that package is their contract.
 *
 * Whatever Aedes awaits before it sends an acknowledgement resolves when the disk has it: SUBACK,
 * UNSUBACK, PUBREC, PUBREL, PUBCOMP and the CONNACK after a clean start. It sends PUBACK before it
 * stores anything: see `held-acks.ts`.
 */
export type AedesPersistence = ReturnType<typeof createAedesPersistence>;

/**
 * Translates what Aedes asks into the terms of the state.
 *
 * @param onSetup called with the broker before it takes its first client
 */
export function createAedesPersistence(state: State, onSetup: (broker: AedesBroker) => void) {
  const { sessions, index, outgoing, incoming, retained, wills, journal } = state;
  let broker: AedesBroker | undefined;
  const sessionOf = (client: ClientReference): Session | undefined => sessions.get(client.id);

  return {
    get broker() {
      return broker;
    },
    async setup(aedes: AedesBroker): Promise<void> {
      broker = aedes;
      aedes.on?.("client", (client) => {
        sessions.connected(client);
        const session = sessionOf(client);
        if (session !== undefined) outgoing.markDuplicates(session);
      });
      aedes.on?.("clientDisconnect", (client) => {
        sessions.disconnected(client);
      });
      onSetup(aedes);
    },

    async storeRetained(packet: Packet): Promise<void> {
      retained.store(packet);
    },
    createRetainedStream: (filter: string) => Readable.from(retained.matching([filter])),
    createRetainedStreamCombi: (filters: readonly string[]) =>
      Readable.from(retained.matching(filters)),

    async addSubscriptions(client: ClientReference, wanted: readonly Subscription[]) {
      addSubscriptions(state, sessions.obtain(client), wanted);
      await journal.synced();
    },
    async removeSubscriptions(client: ClientReference, filters: readonly string[]) {
      const session = sessionOf(client);
      if (session !== undefined) removeSubscriptions(state, session, filters);
      await journal.synced();
    },
    async subscriptionsByClient(client: ClientReference) {
      const session = sessionOf(client);
      if (session === undefined) return [];
      // Aedes asks when a client has been let in, and subscribes it before it empties the queue.
      session.drain.begin();
      return [...session.subscriptions.values()];
    },
    async subscriptionsByTopic(topic: string) {
      return index.match(topic);
    },
    /** Aedes means the whole session, whose other parts it takes for granted [MQTT-3.1.2-4]. */
    async cleanSubscriptions(client: ClientReference) {
      if (sessions.end(client.id)) await journal.synced();
    },
    async countOffline() {
      const withSubscriptions = [...sessions.values()].filter(
        ({ subscriptions }) => subscriptions.size > 0,
      );
      return { subsCount: index.size(), clientsCount: withSubscriptions.length };
    },
    getClientList: (filter: string) =>
      Readable.from(
        [...sessions.values()]
          .filter(({ subscriptions }) => subscriptions.has(filter))
          .map(({ clientId }) => clientId),
      ),

    async outgoingEnqueue(match: Match, packet: Packet) {
      outgoing.enqueue(recipientsOf(state, [match], packet), packet);
      if (packet.qos === 2) await journal.synced();
    },
    async outgoingEnqueueCombi(matches: readonly Match[], packet: Packet) {
      outgoing.enqueue(recipientsOf(state, matches, packet), packet);
      if (packet.qos === 2) await journal.synced();
    },
    async outgoingUpdate(client: ClientReference, packet: Packet | PubrelPacket) {
      const session = sessionOf(client);
      if (session !== undefined && outgoing.update(session, packet)) await journal.synced();
    },
    async outgoingClearMessageId(client: ClientReference, packet: PacketReference) {
      const session = sessionOf(client);
      return session === undefined ? undefined : outgoing.clear(session, packet);
    },
    outgoingStream: (client: ClientReference) =>
      Readable.from(streamOf(sessionOf(client), broker?.id)),

    async incomingStorePacket(client: ClientReference, packet: Packet) {
      // Not awaited: the message and the fact that it came go into the same frame.
      incoming.store(sessions.obtain(client), packet);
    },
    async incomingGetPacket(client: ClientReference, packet: PacketReference) {
      const session = sessionOf(client);
      const found = session && incoming.get(session, packet.messageId ?? 0);
      if (found === undefined) throw new Error("no such packet");
      return found;
    },
    /** Never rejects: two PUBRELs in one segment would end the process through Aedes 2.0.0-beta.1. */
    async incomingDelPacket(client: ClientReference, packet: PacketReference) {
      const session = sessionOf(client);
      if (session !== undefined) incoming.delete(session, packet.messageId ?? 0);
      await journal.synced();
    },
    async cleanIncoming(client: ClientReference) {
      const session = sessionOf(client);
      if (session !== undefined) incoming.clear(session);
    },

    async putWill(client: WillOwner, packet: Packet) {
      // Aedes expects these two on its own object.
      const will = Object.assign(packet, { brokerId: broker?.id, clientId: client.id });
      wills.put(client, will);
      await journal.synced();
    },
    async getWill(client: WillOwner): Promise<Will | undefined> {
      return wills.get(client.id);
    },
    async delWill(client: WillOwner): Promise<Will | undefined> {
      return wills.delete(client);
    },
    streamWill: (brokers: Readonly<Record<string, unknown>> = {}) =>
      Readable.from(
        [...wills.values()].filter(({ brokerId }) => !Object.hasOwn(brokers, brokerId ?? "")),
      ),
    async destroy(): Promise<void> {},
  };
}

/** Copies: Aedes writes the remaining lifetime into the properties. */
async function* streamOf(
  session: Session | undefined,
  brokerId: string | undefined,
): AsyncIterable<Packet | PubrelPacket> {
  if (session === undefined) return;
  const deliver = ({ packet }: QueuedMessage): void => {
    if (isPubrel(packet)) return;
    // Aedes has seen its number when it was held back, and would take it for a repetition. Without
    // a broker id it does not compare, and puts its own in, which it had.
    const withoutOrigin = packet.brokerId === brokerId ? { ...packet, brokerId: null } : packet;
    session.client?.deliverQoS?.(withoutOrigin, () => {});
  };
  for await (const { packet } of session.drain.stream(deliver)) {
    if (isPubrel(packet)) yield { ...packet };
    else {
      const { properties } = packet;
      yield properties === undefined ? { ...packet } : { ...packet, properties: { ...properties } };
    }
  }
}
