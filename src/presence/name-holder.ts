import type { Bus } from "../bus/bus.js";
import type { IncomingMessage } from "../bus/connection.js";
import type { Claim } from "../contract/state.js";
import { type NodeAddress, nodeTopics } from "../contract/topics.js";
import { messageOf } from "../errors.js";
import type { Log, Service } from "../lifecycle.js";
import { createLogThrottle } from "../log-throttle.js";
import { readClaim } from "./name-claim.js";

export interface NameHolderOptions {
  readonly bus: Bus;
  readonly address: NodeAddress;
  /** This run of this node. */
  readonly instance: string;
  readonly startedAt: string;
  readonly log: Log;
}

/** The service, and what to call after each connect. */
export interface NameHolder extends Service {
  connected(): void;
}

/**
 * Creates the service that answers for the node's name while it runs: whoever asks on `<n>/claim`
 * learns that it is taken.
 *
 * It asks by itself after each connect, because a broker that was away at the start could not be
 * asked then. To stop a node that is at work would be worse than two of one name: the log says so.
 */
export function createNameHolder(options: NameHolderOptions): NameHolder {
  const { bus, address, instance, startedAt, log } = options;
  const { claim } = nodeTopics(address);
  const doubles = createLogThrottle();
  let isUp = false;
  const say = (state: Claim["state"]): void => {
    bus.publish(claim, { instance, state, started_at: startedAt }).catch((error: unknown) => {
      log.debug({ reason: messageOf(error) }, "a word about the node's name was not published");
    });
  };
  const warnOf = (other: Claim): void => {
    doubles.run((heldBack) => {
      const since = other.started_at;
      log.error(
        { node: address.node, other: other.instance, since, heldBack },
        "another live node has this node's name and they contradict each other: change one node.id",
      );
    });
  };
  const hear = (message: IncomingMessage): void => {
    const other = readClaim(address, message);
    if (!isUp || other === undefined || other.instance === instance) return;
    if (other.state === "asks") say("holds");
    else warnOf(other);
  };
  return {
    name: "name holder",
    connected() {
      if (isUp) say("asks");
    },
    async start() {
      isUp = true;
      try {
        await bus.subscribe(claim.topic, hear);
      } catch (error) {
        log.warn({ reason: messageOf(error) }, "this node cannot answer for its name");
      }
    },
    async stop() {
      isUp = false;
    },
  };
}
