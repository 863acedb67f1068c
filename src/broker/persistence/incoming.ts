import type { Journal } from "./journal.js";
import type { PersistenceLimits } from "./limits.js";
import { detach, type Packet } from "./packet.js";
import { encodePacket } from "./packet-codec.js";
import { incomingKey } from "./record-keys.js";
import type { Session } from "./session.js";

/** QoS 2 messages that a client has sent and not yet released with PUBREL. */
export interface Incoming {
  /** @throws Error when the client has too many of them; Aedes then ends its connection */
  store(session: Session, packet: Packet): void;
  get(session: Session, packetId: number): Packet | undefined;
  delete(session: Session, packetId: number): void;
  /** Forgets all of a client's. */
  clear(session: Session): void;
  /** Puts back a message of the former run. */
  restore(session: Session, packetId: number, packet: Packet): void;
}

/** Whether the message came before is all that is asked; a larger payload would be kept in vain. */
const maxKeptPayload = 256;

/** Creates the record of unreleased messages, so that none is taken twice [MQTT-4.3.3-10]. */
export function createIncoming(journal: Journal, limits: PersistenceLimits): Incoming {
  const remove = (session: Session, packetId: number): void => {
    if (!session.incoming.delete(packetId) || session.number === undefined) return;
    // Before PUBCOMP: the client may use the id for another message from then on.
    journal.delete(incomingKey(session.number, packetId), "acknowledged");
  };
  return {
    store(session, packet) {
      const { messageId, payload } = packet;
      if (messageId === undefined) throw new Error("a QoS 2 message without a packet identifier");
      if (session.incoming.size >= limits.incomingMessages) {
        const count = session.incoming.size;
        throw new Error(
          `${count} QoS 2 messages wait for PUBREL; that is the most a client may have`,
        );
      }
      const isSmall = payload.length <= maxKeptPayload;
      const kept = keep(packet, isSmall ? detach(payload) : Buffer.alloc(0));
      session.incoming.set(messageId, kept);
      if (session.number === undefined) return;
      const encode = (): Buffer =>
        encodePacket({ ...kept, topic: "", payload: "", properties: undefined });
      journal.put(incomingKey(session.number, messageId), encode, "acknowledged");
    },
    get: ({ incoming }, packetId) => incoming.get(packetId),
    delete: remove,
    clear(session) {
      for (const packetId of session.incoming.keys()) remove(session, packetId);
    },
    restore({ incoming }, packetId, packet) {
      incoming.set(packetId, packet);
    },
  };
}

function keep(packet: Packet, payload: Buffer | string): Packet {
  return {
    cmd: packet.cmd,
    topic: packet.topic,
    payload,
    qos: packet.qos,
    retain: packet.retain,
    dup: packet.dup ?? false,
    messageId: packet.messageId,
  };
}
