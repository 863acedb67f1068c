import type { Connection, IncomingMessage } from "../bus/connection.js";
import type { Claim } from "../contract/state.js";
import { type NodeAddress, nodeTopics } from "../contract/topics.js";
import { EarshotError, messageOf } from "../errors.js";
import type { Log } from "../lifecycle.js";
import { createLogThrottle } from "../log-throttle.js";
import { claimName, type NameClaim, type OpenLine, readClaim } from "./name-claim.js";

export interface NameAtBrokerOptions {
  readonly address: NodeAddress;
  /** This run of this node. */
  readonly instance: string;
  readonly startedAt: string;
  readonly log: Log;
}

/** This node's name at another broker than the one that it is a client of. */
export interface NameAtBroker {
  /** Where nodes ask each other for the name. */
  readonly topic: string;
  /**
   * Makes sure that no other live node has the name there, and defends it until the release.
   *
   * A broker that does not let this node ask does not keep it out: the log says so.
   *
   * @throws EarshotError `bad_config` when another one has it; `broker_unavailable` without a line
   */
  claim(openLine: OpenLine): Promise<Pick<NameClaim, "release">>;
  /** Answers whoever asks, and tells the log of one that has the same name all the same. */
  hear(message: IncomingMessage, connection: Connection): void;
}

/**
 * Creates the word of a node about its name at the broker that a bridge leads to. There is no
 * suffix there: on the node's own broker people use its name already.
 */
export function createNameAtBroker(options: NameAtBrokerOptions): NameAtBroker {
  const { address, instance, startedAt, log } = options;
  const { claim: channel } = nodeTopics(address);
  const doubles = createLogThrottle();
  return {
    topic: channel.topic,
    async claim(openLine) {
      let isOpen = false;
      const open: OpenLine = async (onMessage) => {
        const line = await openLine(onMessage);
        isOpen = true;
        return line;
      };
      let claim: NameClaim;
      try {
        claim = await claimName(open, address, instance);
      } catch (error) {
        if (!isOpen) throw error;
        const details = { topic: channel.topic, reason: messageOf(error) };
        log.warn(details, "the upstream broker cannot be asked for this node's name");
        return { release: async () => {} };
      }
      if (claim.holder === undefined) return claim;
      await claim.release();
      throw new EarshotError("bad_config", explain(address, claim.holder));
    },
    hear(message, connection) {
      const other = readClaim(address, message);
      if (other === undefined || other.instance === instance) return;
      if (other.state === "holds") {
        doubles.run((heldBack) => {
          const details = { node: address.node, other: other.instance, heldBack };
          log.error(details, "another live node upstream has this node's name: change one node.id");
        });
        return;
      }
      const word: Claim = { instance, state: "holds", started_at: startedAt };
      // When it cannot be sent the connection is gone, and the name is asked for with the next one.
      connection.publish(channel.topic, channel.codec.encode(word), channel).catch(() => {});
    },
  };
}

function explain({ base, node }: NodeAddress, holder: Claim): string {
  const since = holder.started_at === undefined ? "" : `, up since ${holder.started_at}`;
  return (
    `node.id: another live node on the upstream broker is ${base}/${node} already (instance ` +
    `${holder.instance}${since}), so nothing of this one is shown there. Give one of the two ` +
    "another name; this node goes on working with its own broker, and the bridge is tried again"
  );
}
