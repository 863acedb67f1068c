import { EarshotError } from "../errors.js";
import { isPlainTopic, matchesFilter } from "./topic-filters.js";

/** Where strangers may send a reply. */
export interface ReplyPolicy {
  /** Allow-listed prefixes, each ending in `/`. */
  readonly prefixes: readonly string[];
  /** Filters that a reply must not match: what this node listens to and what nodes announce. */
  readonly forbidden: readonly string[];
  /** The filter for the replies of any node to one client; with `#` for those to all of them. */
  readonly repliesOf: (client: string) => string;
}

/**
 * The policy of a node: replies stay below the allow-listed prefixes, and can neither come back
 * in as requests or settings nor pass for what a node says about itself.
 */
export function createReplyPolicy(options: {
  readonly base: string;
  readonly prefixes: readonly string[];
  readonly subscriptions: readonly string[];
}): ReplyPolicy {
  const { base, prefixes, subscriptions } = options;
  const announced = [
    "+/status",
    "+/info",
    "+/health",
    "+/catalogue",
    "+/mic/#",
    "+/ask/#",
    "+/claim",
    "+/ha/#",
    "+/recommend/last",
    "+/recommend/request/#",
  ];
  return {
    prefixes: prefixes.length > 0 ? prefixes : [`${base}/`],
    forbidden: [...subscriptions, ...announced.map((filter) => `${base}/${filter}`)],
    repliesOf: (client) => `${base}/+/recommend/reply/${client}`,
  };
}

/**
 * Checks a reply topic that a stranger chose (`reply_to`, or the MQTT 5 Response Topic).
 *
 * The broker lets an asker ask in its own name only and read its own replies only; a node that sent
 * replies into another client's topic would speak there for whoever asked.
 *
 * @param client who asks: the `<client>` of the request's topic
 * @throws EarshotError `forbidden_reply_topic` saying which rule it breaks
 */
export function checkReplyTarget(topic: string, client: string, policy: ReplyPolicy): string {
  if (!isPlainTopic(topic)) {
    throw forbidden(
      "it must have 1 to 256 bytes, no wildcard, control character or empty level, and no $ at the start",
    );
  }
  if (!policy.prefixes.some((prefix) => topic.startsWith(prefix))) {
    throw forbidden(`it must begin with ${policy.prefixes.join(" or ")}`);
  }
  if (policy.forbidden.some((filter) => matchesFilter(filter, topic))) {
    throw forbidden("it is a topic of a node's own; choose another one");
  }
  const isReplyTopic = matchesFilter(policy.repliesOf("#"), topic);
  if (isReplyTopic && !matchesFilter(policy.repliesOf(client), topic)) {
    throw forbidden(`below recommend/reply/ only ${client}, the client that asks, gets replies`);
  }
  return topic;
}

function forbidden(reason: string): EarshotError {
  return new EarshotError("forbidden_reply_topic", `this reply topic is refused: ${reason}`);
}
