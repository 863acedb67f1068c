import type { AedesClient, AedesPacket } from "./aedes-parts.js";
import type { GuardedClient } from "./guarded-client.js";
import { whenRoom } from "./when-room.js";

type Deliver = (packet: AedesPacket, done: () => void) => void;

/**
 * Changes a fresh client of Aedes before it reads its first byte:
 *
 * - its maps get no prototype, so that no filter or broker id is there from the start;
 * - retained messages come no faster than they are read: thousands of them must not make the client
 *   look like one that does not read;
 * - of overlapping subscriptions the highest QoS counts, not whichever Aedes finds first
 *   ([MQTT-3.3.5-1] of 3.1.1).
 */
export function deliverGently(client: AedesClient, guarded: GuardedClient): void {
  Reflect.set(client, "subscriptions", guarded.subscriptions);
  Reflect.set(client, "duplicates", Object.create(null));
  const deliverQoS = deliverOf(client, "deliverQoS");
  const deliver0 = deliverOf(client, "deliver0");
  const { socket } = guarded.connection;
  const withQos: Deliver = (packet, done) => {
    // Only retained messages have a `brokerId` of null.
    if (packet.brokerId !== null) deliverQoS(packet, done);
    else
      deliverQoS(packet, () => {
        whenRoom(socket, done);
      });
  };
  const withoutQos: Deliver = (packet, done) => {
    const isMore = packet.qos > 0 && (guarded.granted.of(packet.topic) ?? 0) > 0;
    if (isMore) withQos(packet, done);
    else deliver0(packet, done);
  };
  Reflect.set(client, "deliverQoS", withQos);
  Reflect.set(client, "deliver0", withoutQos);
}

/** `prepareAedes` has made sure of it at the start. */
function deliverOf(client: AedesClient, name: string): Deliver {
  const found: unknown = Reflect.get(client, name);
  if (!isDeliver(found)) throw new TypeError(`a client of Aedes without ${name}`);
  return found;
}

function isDeliver(value: unknown): value is Deliver {
  return typeof value === "function";
}
