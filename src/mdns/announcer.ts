import { hostname } from "node:os";
import { isLoopback } from "../config/availability.js";
import type { NodeAddress } from "../contract/topics.js";
import { messageOf } from "../errors.js";
import type { Log, Service } from "../lifecycle.js";
import { createLogThrottle } from "../log-throttle.js";
import type { MdnsPlace } from "./bonjour.js";

export interface AnnouncerOptions {
  readonly address: NodeAddress;
  /** Where the node's own broker listens; `undefined` without one. */
  readonly broker: () => { readonly host: string; readonly port: number } | undefined;
  readonly log: Log;
  /** Another place than the network, for tests. */
  readonly place?: MdnsPlace;
}

/**
 * Creates the service that tells the network by mDNS where the node's broker is, so that
 * `earshot ask` on another machine finds it. What only this machine reaches is not announced.
 */
export function createAnnouncer(options: AnnouncerOptions): Service {
  const { address, log, place } = options;
  let withdraw: (() => Promise<void>) | undefined;
  const failures = createLogThrottle();
  return {
    name: "mdns",
    async start() {
      const broker = options.broker();
      if (broker === undefined || isLoopback(broker.host)) {
        const reason =
          broker === undefined
            ? "the broker is not this node's own"
            : `it serves only this machine (broker.host: ${broker.host})`;
        log.warn({ reason }, "the broker is not announced");
        return;
      }
      const { announceService } = await import("./bonjour.js");
      const host = hostname().split(".")[0] ?? "";
      const service = {
        name: `Earshot ${address.node} on ${host}`.slice(0, 63),
        port: broker.port,
        txt: { base: address.base, node: address.node },
      };
      withdraw = announceService(
        service,
        (error) => {
          failures.run((heldBack) => {
            log.warn({ reason: messageOf(error), heldBack }, "mDNS does not work here");
          });
        },
        place,
      );
      log.info({ name: service.name, port: service.port }, "the broker is announced by mDNS");
    },
    async stop() {
      const end = withdraw;
      withdraw = undefined;
      await end?.();
    },
  };
}
