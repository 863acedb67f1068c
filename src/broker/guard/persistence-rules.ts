import { Readable } from "node:stream";
import type { AedesClient, AedesPersistence } from "./aedes-parts.js";

export interface PersistenceRules {
  /** Resolves when a client's socket can take more. */
  readonly untilRoom: (client: AedesClient) => Promise<void>;
  /** A client released a message of QoS 2 that is not there. */
  readonly onUnknownRelease: (client: AedesClient, identifier: number) => void;
}

/**
 * Changes the methods of a persistence in place where Aedes leans on them too much:
 *
 * - a second PUBREL for one message rejects, and nobody catches it: it never rejects any more;
 * - a PUBREL for no message looks like any other to Aedes: the guard is told;
 * - what was sent before a connection ended is sent again with DUP ([MQTT-3.3.1-1]), and not faster
 *   than the client reads.
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
  const queued = persistence.outgoingStream.bind(persistence);
  persistence.outgoingStream = (client) => {
    // Aedes throws away what waits for a clean session.
    if (client.clean) return queued(client);
    return Readable.from(sendAgain(queued(client), () => rules.untilRoom(client)));
  };
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
