import { createMatcher, isPlainTopic } from "../contract/topic-filters.js";
import type { NodeTopics } from "../contract/topics.js";

/** Which messages a bridge takes in which direction; no topic goes both ways. */
export interface Directions {
  /** What to subscribe to at the node's own broker. */
  readonly upFilters: readonly string[];
  /** What to subscribe to upstream, for this node alone. */
  readonly downFilters: readonly string[];
  /** The same for any recommender, of which one is to answer. */
  readonly sharedDownFilters: readonly string[];
  goesUp(topic: string): boolean;
  /** False for a topic that no client of Earshot's would choose, whatever the upstream let through. */
  comesDown(topic: string): boolean;
}

/**
 * Up: everything below the base, and below other places where replies may lie. Down: requests to
 * this node or to any, and settings of this node; these are never sent up.
 */
export function createDirections(options: {
  readonly base: string;
  readonly topics: Pick<NodeTopics, "ownRequestFilters" | "anyRequestFilters" | "settingFilters">;
  /** `recommender.replyPrefixes`, each ending in `/`. */
  readonly replyPrefixes: readonly string[];
}): Directions {
  const { base, topics, replyPrefixes } = options;
  const downFilters = [...topics.ownRequestFilters, ...topics.settingFilters];
  const matchers = [...downFilters, ...topics.anyRequestFilters].map(createMatcher);
  const isForNode = (topic: string): boolean => {
    const levels = topic.split("/");
    return matchers.some((matches) => matches(levels));
  };
  return {
    upFilters: withoutCovered([`${base}/`, ...replyPrefixes]).map((prefix) => `${prefix}#`),
    downFilters,
    sharedDownFilters: topics.anyRequestFilters,
    goesUp: (topic) => !isForNode(topic),
    comesDown: (topic) => isPlainTopic(topic) && isForNode(topic),
  };
}

/** Where two filters overlap a broker may deliver twice (MQTT 5, section 3.3.4). */
function withoutCovered(prefixes: readonly string[]): readonly string[] {
  return [...new Set(prefixes)].filter(
    (prefix) => !prefixes.some((other) => other !== prefix && prefix.startsWith(other)),
  );
}
