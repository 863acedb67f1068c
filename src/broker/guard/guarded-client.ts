import type { Identity } from "../parts.js";
import { createHeldAcks, type HeldAcks, type SyncedSource } from "../persistence/held-acks.js";
import type { Connection } from "./connection.js";
import { type Frame, identifierAt, isFailure, packetTypes, typeOf } from "./frames.js";
import { createGrantedQos, type GrantedQos, type Subscriptions } from "./granted-qos.js";
import { createOutgoingPackets } from "./outgoing-packets.js";
import { unknownPubcomp } from "./server-packets.js";
import { createSubscribeRequests, type SubscribeRequests } from "./subscribe-requests.js";

/** A client of the broker as the guard sees it: what it is, what it asked for, what it is owed. */
export interface GuardedClient {
  readonly connection: Connection;
  /** Aedes' own map of this client, without a prototype: `constructor` is a filter like any other. */
  readonly subscriptions: Subscriptions;
  readonly granted: GrantedQos;
  /** Made with the first SUBSCRIBE. */
  requests(): SubscribeRequests;
  /** As the broker calls it: it names clients that have no name. */
  clientId: string;
  /** Packet Identifiers that the client released and nobody knows; until their PUBCOMP goes out. */
  readonly unknownReleases: Set<number>;
  /** Set by a successful authentication. */
  identity: Identity | undefined;
  /** Looks through what the broker wrote; returns what is to be sent. */
  outgoing(pieces: readonly Buffer[]): readonly Buffer[];
  /** A message of QoS 1 went to everybody: its PUBACK goes out when the disk has it. */
  published(identifier: number): void;
}

export interface GuardedClientOptions {
  readonly connection: Connection;
  /** Writes to the connection, behind what was written before. */
  readonly write: (bytes: Buffer) => void;
  /** What PUBACK waits for. */
  readonly persistence: SyncedSource;
  /** Whether the broker has a session for this client, whatever Aedes says. */
  readonly hasSession: () => boolean;
}

const nothing = Buffer.alloc(0);

/** Creates the guard's side of a client whose CONNECT was accepted for authentication. */
export function createGuardedClient(options: GuardedClientOptions): GuardedClient {
  const { connection, persistence } = options;
  const version = connection.facts?.version ?? 4;
  const subscriptions: Subscriptions = Object.create(null);
  const granted = createGrantedQos(subscriptions);
  const unknownReleases = new Set<number>();
  let requests: SubscribeRequests | undefined;
  let held: HeldAcks | undefined;

  /** [MQTT-3.2.2-2], [MQTT-3.2.2-3]: Aedes says 0 for a session without subscriptions. */
  const markSession = ({ bytes, start, body, end }: Frame): Buffer => {
    const marked = Buffer.from(bytes.subarray(start, end));
    marked[body - start] = version > 3 && options.hasSession() ? 1 : 0;
    return marked;
  };

  const holdAcknowledgement = (held: HeldAcks, frame: Frame): void => {
    const { bytes, start, body, end } = frame;
    const copy = Buffer.from(bytes.subarray(start, end));
    const send = (): void => {
      options.write(copy);
    };
    if (isFailure(frame)) held.pass(send);
    else held.hold(identifierAt(bytes, body), send);
  };

  const finish = (identifier: number): Buffer | undefined => {
    connection.qos2.finish(identifier);
    const isUnknown = unknownReleases.delete(identifier);
    return isUnknown && version === 5 ? unknownPubcomp(identifier) : undefined;
  };

  const replace = (frame: Frame): Buffer | undefined => {
    const { bytes, body, end } = frame;
    switch (typeOf(bytes[frame.start])) {
      case packetTypes.connack:
        return bytes[body + 1] === 0 ? markSession(frame) : undefined;
      case packetTypes.suback:
        granted.forget();
        return requests?.answer(identifierAt(bytes, body), bytes[end - 1] ?? 0) ?? nothing;
      case packetTypes.unsuback:
        granted.forget();
        return undefined;
      case packetTypes.puback:
        held ??= createHeldAcks(persistence);
        holdAcknowledgement(held, frame);
        return nothing;
      case packetTypes.pubrec:
        if (isFailure(frame)) connection.qos2.finish(identifierAt(bytes, body));
        return undefined;
      case packetTypes.pubcomp:
        return finish(identifierAt(bytes, body));
      default:
        return undefined;
    }
  };

  return {
    connection,
    subscriptions,
    granted,
    unknownReleases,
    requests() {
      requests ??= createSubscribeRequests(version);
      return requests;
    },
    clientId: connection.facts?.clientId ?? "",
    identity: undefined,
    outgoing: createOutgoingPackets(replace),
    published(identifier) {
      held ??= createHeldAcks(persistence);
      held.published(identifier);
    },
  };
}
