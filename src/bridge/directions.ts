import { anyNode } from "../contract/names.js";
import { createMatcher, isPlainTopic } from "../contract/topic-filters.js";
import { type NodeAddress, nodeTopics, requestTopic } from "../contract/topics.js";

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
  comesDown(topic: string, isRetained: boolean): boolean;
}

/** Where Home Assistant speaks and listens, when the node shows itself to it. */
interface HomeAssistantTopics {
  readonly prefix: string;
  readonly statusTopic: string;
}

/**
 * Up: everything below the base, other places where replies may lie, and Home Assistant's discovery.
 * Down: requests to this node or to any, settings of this node, and Home Assistant's birth message.
 * What any node takes is never sent up: it was meant for those on this broker; nor is this node's
 * claim to its name.
 */
export function createDirections(options: {
  readonly address: NodeAddress;
  /** `recommender.replyPrefixes`, each ending in `/`. */
  readonly replyPrefixes: readonly string[];
  readonly homeAssistant: HomeAssistantTopics | undefined;
}): Directions {
  const { address, homeAssistant } = options;
  const births = homeAssistant === undefined ? [] : [homeAssistant.statusTopic];
  const downFilters = [...filtersTaken(address), ...births];
  const sharedDownFilters = [requestTopic({ ...address, node: anyNode }, "+")];
  // Each broker has its own question about the name; the bridge asks upstream by itself.
  const { claim } = nodeTopics(address);
  const isTaken = createAnyMatcher([
    ...filtersTaken({ ...address, node: "+" }),
    ...births,
    claim.topic,
  ]);
  const isForNode = createAnyMatcher([...downFilters, ...sharedDownFilters]);
  return {
    upFilters: listUpFilters(options),
    downFilters,
    sharedDownFilters,
    goesUp: (topic) => !isTaken(topic),
    // A retained request would be asked again at each connect; a birth message is retained.
    comesDown: (topic, isRetained) =>
      isPlainTopic(topic) && isForNode(topic) && (!isRetained || births.includes(topic)),
  };
}

/** What a node of this name subscribes to for itself. */
function filtersTaken(address: NodeAddress): readonly string[] {
  const { settingFilters, homeAssistantAgain } = nodeTopics(address);
  return [requestTopic(address, "+"), ...settingFilters, homeAssistantAgain.topic];
}

function createAnyMatcher(filters: readonly string[]): (topic: string) => boolean {
  const matchers = filters.map(createMatcher);
  return (topic) => {
    const levels = topic.split("/");
    return matchers.some((matches) => matches(levels));
  };
}

/** Where two filters overlap a broker may deliver twice (MQTT 5, section 3.3.4). */
function listUpFilters({
  address,
  replyPrefixes,
  homeAssistant,
}: Parameters<typeof createDirections>[0]): readonly string[] {
  const given = [...new Set([`${address.base}/`, ...replyPrefixes])];
  const isCovered = (prefix: string): boolean =>
    given.some((other) => other !== prefix && prefix.startsWith(other));
  const prefixes = given.filter((prefix) => !isCovered(prefix));
  const discovery = homeAssistant === undefined ? [] : [`${homeAssistant.prefix}/device/+/config`];
  return [
    ...prefixes.map((prefix) => `${prefix}#`),
    ...discovery.filter((filter) => !prefixes.some((prefix) => filter.startsWith(prefix))),
  ];
}
