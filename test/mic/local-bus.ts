import type { Bus, MessageHandler } from "../../src/bus/bus.js";
import type { Channel } from "../../src/contract/topics.js";
import { createWatched, type Watched } from "./watched.js";

/** One message that was published. */
export interface Said {
  readonly topic: string;
  readonly text: string;
}

/** A bus without a broker, for what a service says and does while a connection breaks. */
export interface LocalBus extends Bus {
  readonly said: Watched<Said>;
  /** Runs before a message counts as published; what it throws is what `publish` rejects with. */
  beforePublish: (said: Said) => void | Promise<void>;
  /** Hands a message to the services that have subscribed to exactly this filter. */
  deliver(filter: string, text: string, options?: { readonly retain: boolean }): Promise<void>;
}

export function createLocalBus(): LocalBus {
  const handlers = new Map<string, MessageHandler[]>();
  const said = createWatched<Said>();
  const bus: LocalBus = {
    said,
    beforePublish() {},
    async publish<Payload>(channel: Channel<Payload>, payload: Payload) {
      const message = { topic: channel.topic, text: channel.codec.encode(payload) };
      await bus.beforePublish(message);
      said.add(message);
    },
    async subscribe(filter, handler) {
      handlers.set(filter, [...(handlers.get(filter) ?? []), handler]);
    },
    subscriptions: () => [...handlers.keys()],
    protocolVersion: () => 5,
    async deliver(filter, text, { retain } = { retain: false }) {
      const payload = Buffer.from(text);
      const answer = { responseTopic: undefined, correlationData: undefined };
      for (const handler of handlers.get(filter) ?? []) {
        await handler({ topic: filter, payload, retain, ...answer });
      }
    },
  };
  return bus;
}
