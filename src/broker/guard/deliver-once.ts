import type { AedesClient, AedesPacket } from "./aedes-parts.js";

/** Aedes' way to one subscriber. */
export type Deliver = (packet: AedesPacket, done: () => void) => void;

/** Messages that may overtake one another: many more than wait for a store at a time. */
const remembered = 64;

/**
 * Changes a fresh client of Aedes so that a message overtaken by a younger one is delivered.
 *
 * A retained message waits for the store before it is sent out, and another of the same publisher
 * can pass it. Aedes tells the copies for overlapping subscriptions by "not younger than the last",
 * and so drops the older message for all who are there; here it is told by its own number.
 */
export function deliverOnce(client: AedesClient): {
  readonly deliverQoS: Deliver;
  readonly deliver0: Deliver;
} {
  // A broker's id may be any text: without a prototype none is there from the start.
  const duplicates: Record<string, number> = Object.create(null);
  Reflect.set(client, "duplicates", duplicates);
  const seen = new Float64Array(remembered);
  const markCopy = ({ brokerId, brokerCounter }: AedesPacket): void => {
    // Retained messages of the past have no number, and come once.
    if (brokerId === null || brokerId === undefined || brokerCounter === undefined) return;
    const place = brokerCounter % remembered;
    const isCopy = seen[place] === brokerCounter;
    seen[place] = brokerCounter;
    // Aedes delivers what is above the number that it finds here.
    duplicates[brokerId] = isCopy ? brokerCounter : 0;
  };
  const qosOf = deliverOf(client, "deliverQoS");
  const zeroOf = deliverOf(client, "deliver0");
  const deliverQoS: Deliver = (packet, done) => {
    // With QoS 0 Aedes goes on to `deliver0`.
    if (packet.qos > 0) markCopy(packet);
    qosOf(packet, done);
  };
  const deliver0: Deliver = (packet, done) => {
    markCopy(packet);
    zeroOf(packet, done);
  };
  Reflect.set(client, "deliverQoS", deliverQoS);
  Reflect.set(client, "deliver0", deliver0);
  return { deliverQoS, deliver0 };
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
