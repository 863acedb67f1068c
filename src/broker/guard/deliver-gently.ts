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
  const deliverQoS: unknown = Reflect.get(client, "deliverQoS");
  const deliver0: unknown = Reflect.get(client, "deliver0");
  if (!isDeliver(deliverQoS) || !isDeliver(deliver0)) return;
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

function isDeliver(value: unknown): value is Deliver {
  return typeof value === "function";
}
