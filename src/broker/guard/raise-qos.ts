import type { AedesClient, AedesPacket } from "./aedes-parts.js";

/** With which QoS a message on a topic is to be delivered. */
export type QosOf = (topic: string) => 0 | 1;

type Done = (error?: Error | null) => void;

/** As Aedes calls it for what a client sent. */
type Publish = (packet: AedesPacket, client: AedesClient | null | Done, done?: Done) => void;

/**
 * Changes Aedes so that what a client publishes with QoS 0 is delivered with the QoS that is meant.
 *
 * For a client inside this process, whose messages cannot get lost on their way here: to
 * acknowledge each would cost as much as a third of the answer. Retained messages go as they are.
 *
 * @param qosOf the rule for a client; `undefined` for all who say themselves what they mean
 */
export function raiseQos(aedes: object, qosOf: (client: AedesClient) => QosOf | undefined): void {
  const found: unknown = Reflect.get(aedes, "publish");
  if (!isPublish(found)) throw new TypeError("an Aedes without publish");
  const publish: Publish = found.bind(aedes);
  const raised: Publish = (packet, client, done) => {
    // What Aedes itself publishes has no client.
    if (packet.qos === 0 && !packet.retain && typeof client === "object" && client !== null) {
      packet.qos = qosOf(client)?.(packet.topic) ?? 0;
    }
    publish(packet, client, done);
  };
  Reflect.set(aedes, "publish", raised);
}

/** `prepareAedes` has made sure of it at the start. */
function isPublish(value: unknown): value is Publish {
  return typeof value === "function";
}
