import type { AedesBroker } from "../../../src/broker/persistence/aedes-persistence.js";
import type { ClientReference } from "../../../src/broker/persistence/session.js";

/** Our own interface to Aedes, driven by a test. */
export interface FakeBroker extends AedesBroker {
  connect(client: ClientReference): void;
  disconnect(client: ClientReference): void;
  readonly published: readonly object[];
}

export function createFakeBroker(id = "a broker"): FakeBroker {
  const listeners: { readonly event: string; readonly run: (client: ClientReference) => void }[] =
    [];
  const emit = (event: string, client: ClientReference): void => {
    for (const listener of listeners) if (listener.event === event) listener.run(client);
  };
  const published: object[] = [];
  return {
    id,
    on(event, run) {
      listeners.push({ event, run });
    },
    publish(packet, done) {
      published.push(packet);
      done();
    },
    connect(client) {
      emit("client", client);
    },
    disconnect(client) {
      emit("clientDisconnect", client);
    },
    published,
  };
}
