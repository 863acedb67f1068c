import { type NodeAddress, nodeTopics, replyTopic } from "../../contract/topics.js";

/**
 * Tells the topics on which this node speaks of itself: its state, its events, its replies. To the
 * home they are the node's word, so nobody else may publish there, whoever it is; settings
 * (`…/set`), requests and the question who has the name are open.
 */
export function createReservedTopics(address: NodeAddress): (topic: string) => boolean {
  const topics = nodeTopics(address);
  const states: ReadonlySet<string> = new Set(
    Object.values(topics).flatMap((entry) =>
      "retain" in entry && entry !== topics.claim ? [entry.topic] : [],
    ),
  );
  const replies = replyTopic(address, "");
  return (topic) => states.has(topic) || topic.startsWith(replies);
}
