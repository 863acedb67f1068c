import type { Bus, OutChannel } from "../bus/bus.js";
import type { IncomingMessage } from "../bus/connection.js";
import { decodeText } from "../contract/codec.js";

/** Passes messages on to one broker. */
export interface Forwarder {
  /** @param report gets what went wrong with this message; then it counts as dropped */
  forward(message: IncomingMessage, report: (error: unknown) => void): void;
  count(): { readonly forwarded: number; readonly dropped: number };
}

/** So many messages wait for the broker's acknowledgement; above that it is taken for stalled. */
const maxInFlight = 1000;
/** A reply of 100 songs fits; what is larger is none of ours. */
const maxPayloadBytes = 256 * 1024;

/** Creates a forwarder; of a broker that is away only the state of each topic is kept, by the bus. */
export function createForwarder(bus: Bus): Forwarder {
  let inFlight = 0;
  let forwarded = 0;
  let dropped = 0;
  const send = async ({ topic, payload, ...message }: IncomingMessage): Promise<void> => {
    const text = decodeText(payload, maxPayloadBytes);
    if (inFlight >= maxInFlight && !message.retain) throw new Error("the broker is stalled");
    inFlight += 1;
    try {
      await bus.publish(plainChannel(topic, message.retain), text, {
        correlationData: message.correlationData,
        responseTopic: message.responseTopic,
        isBridged: true,
      });
      forwarded += 1;
    } finally {
      inFlight -= 1;
    }
  };
  return {
    count: () => ({ forwarded, dropped }),
    forward(message, report) {
      send(message).catch((error: unknown) => {
        dropped += 1;
        report(error);
      });
    },
  };
}

/** A topic of which nothing is known but that its payload is text. */
function plainChannel(topic: string, retain: boolean): OutChannel<string> {
  return { topic, qos: 1, retain, codec: { encode: (text) => text } };
}
