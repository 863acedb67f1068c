import { Readable } from "node:stream";
import { matchesFilter } from "../../contract/topic-filters.js";
import type { AedesClient, AedesPersistence } from "./aedes-parts.js";

export interface PersistenceRules {
  /** Resolves when a client's socket can take more. */
  readonly untilRoom: (client: AedesClient) => Promise<void>;
  /** The session of a client id was ended. */
  readonly onSessionEnded: (clientId: string) => void;
  /** A client released a message of QoS 2 that is not there. */
  readonly onUnknownRelease: (client: AedesClient, identifier: number) => void;
  /** Whether the retained messages come from Aedes' own memory, which matches topics wrongly. */
  readonly correctsMatching: boolean;
}

/**
 * Changes the methods of a persistence in place where Aedes leans on them too much:
 *
 * - a second PUBREL for one message rejects, and nobody catches it: it never rejects any more;
 * - a PUBREL for no message looks like any other to Aedes: the guard is told;
 * - what was sent before a connection ended is sent again with DUP ([MQTT-3.3.1-1]), and not faster
 *   than the client reads;
 * - `+` matches an empty level and `#` no topic below `$` (section 4.7.1.3, [MQTT-4.7.2-1]).
 */
export function hardenPersistence(persistence: AedesPersistence, rules: PersistenceRules): void {
  const forget = persistence.incomingDelPacket.bind(persistence);
  persistence.incomingDelPacket = async (client, packet) => {
    try {
      await forget(client, packet);
    } catch {
      // It is gone already, which is what was wanted.
    }
  };
  const find = persistence.incomingGetPacket.bind(persistence);
  persistence.incomingGetPacket = async (client, packet) => {
    try {
      return await find(client, packet);
    } catch (error) {
      // A PUBLISH is looked for as well: most are new.
      if (packet.cmd === "pubrel") rules.onUnknownRelease(client, packet.messageId ?? 0);
      throw error;
    }
  };
  const clean = persistence.cleanSubscriptions.bind(persistence);
  persistence.cleanSubscriptions = async (client) => {
    if (client.id !== null) rules.onSessionEnded(client.id);
    return await clean(client);
  };
  const queued = persistence.outgoingStream.bind(persistence);
  persistence.outgoingStream = (client) => {
    // Aedes throws away what waits for a clean session.
    if (client.clean) return queued(client);
    return Readable.from(sendAgain(queued(client), () => rules.untilRoom(client)));
  };
  if (rules.correctsMatching) correctRetained(persistence);
}

async function* sendAgain(
  queue: Readable,
  untilRoom: () => Promise<void>,
): AsyncGenerator<object, void, undefined> {
  for await (const packet of queue) {
    await untilRoom();
    const wasSent = Boolean(Reflect.get(packet, "messageId"));
    yield { ...packet, dup: wasSent || Reflect.get(packet, "dup") === true };
  }
}

/** Asks for everything from the first wildcard on, and looks for itself. */
function correctRetained(persistence: AedesPersistence): void {
  const retained = persistence.createRetainedStreamCombi.bind(persistence);
  persistence.createRetainedStreamCombi = (filters) =>
    Readable.from(matching(retained(filters.map(widen)), filters));
}

function widen(filter: string): string {
  const wildcard = filter.split("/").indexOf("+");
  return wildcard === -1 ? filter : [...filter.split("/").slice(0, wildcard), "#"].join("/");
}

async function* matching(
  messages: Readable,
  filters: readonly string[],
): AsyncGenerator<object, void, undefined> {
  for await (const message of messages) {
    const topic = String(Reflect.get(message, "topic"));
    if (filters.some((filter) => matchesFilter(filter, topic))) yield message;
  }
}
