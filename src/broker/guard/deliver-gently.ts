import type { AedesClient } from "./aedes-parts.js";
import { type Deliver, deliverOnce } from "./deliver-once.js";
import type { GuardedClient } from "./guarded-client.js";
import { whenRoom } from "./when-room.js";

/**
 * Changes a fresh client of Aedes before it reads its first byte:
 *
 * - its subscriptions get no prototype, so that no filter is there from the start;
 * - a message that another overtook is delivered (`deliverOnce`);
 * - retained messages come no faster than they are read: thousands of them must not make the client
 *   look like one that does not read;
 * - of overlapping subscriptions the highest QoS counts, not whichever Aedes finds first
 *   ([MQTT-3.3.5-1] of 3.1.1).
 *
 * @param expectWrite called when a message will be written by what Aedes has put off by `setImmediate`
 */
export function deliverGently(
  client: AedesClient,
  guarded: GuardedClient,
  expectWrite: () => void,
): void {
  Reflect.set(client, "subscriptions", guarded.subscriptions);
  const { deliverQoS, deliver0 } = deliverOnce(client);
  const soon =
    (deliver: Deliver): Deliver =>
    (packet, done) => {
      deliver(packet, done);
      expectWrite();
    };
  const { socket, window } = guarded.connection;
  const withQos: Deliver = (packet, done) => {
    // Only retained messages have a `brokerId` of null.
    if (packet.brokerId !== null) deliverQoS(packet, done);
    else
      deliverQoS(packet, () => {
        if (window === undefined) whenRoom(socket, done);
        else
          window.whenEmpty(() => {
            whenRoom(socket, done);
          });
      });
  };
  const withoutQos: Deliver = (packet, done) => {
    const isMore = packet.qos > 0 && (guarded.granted.of(packet.topic) ?? 0) > 0;
    if (isMore) withQos(packet, done);
    else deliver0(packet, done);
  };
  Reflect.set(client, "deliverQoS", soon(withQos));
  Reflect.set(client, "deliver0", soon(withoutQos));
}
