import { createMatcher } from "../contract/topic-filters.js";
import { type NodeAddress, type NodeTopics, nodeTopics } from "../contract/topics.js";

/** Which topics cross a bridge in which direction. No topic crosses in both: that ends every loop. */
export interface Directions {
  /** What this node takes from above: its own requests and settings, and requests to any. */
  readonly downFilters: readonly string[];
  /** Whether a topic of the local broker goes up: everything that no node takes. */
  goesUp(topic: string): boolean;
}

/** Derives the directions from the contract: a channel that a node publishes goes up. */
export function createDirections({ base, node }: NodeAddress): Directions {
  const ofAnyNode = filtersTaken(nodeTopics({ base, node: "+" })).map(createMatcher);
  return {
    downFilters: filtersTaken(nodeTopics({ base, node })),
    goesUp(topic) {
      const levels = topic.split("/");
      return !ofAnyNode.some((matches) => matches(levels));
    },
  };
}

/** A channel without a QoS is one on which a node listens. */
function filtersTaken({ requestFilters, ...channels }: NodeTopics): readonly string[] {
  const settings = Object.values(channels).flatMap((channel) =>
    typeof channel === "string" || "qos" in channel ? [] : [channel.topic],
  );
  return [...requestFilters, ...settings];
}
