/** The longest topic that Earshot publishes to at a stranger's wish, in bytes of UTF-8. */
export const maxReplyTopicBytes = 256;

const forbiddenInTopics = /[\p{Cc}\p{Cs}\u{FFFD}\u{FFFE}\u{FFFF}#+]/u;

/**
 * Whether a text is a topic that may be published to: no wildcard, no control character, no lone
 * surrogate, no empty level, not a `$` topic, 1 to 256 bytes ([MQTT-4.7.1-1], [MQTT-1.5.4-1],
 * [MQTT-4.7.2-1]; empty levels are allowed by the specification and refused here).
 */
export function isPlainTopic(text: string): boolean {
  return (
    text !== "" &&
    Buffer.byteLength(text) <= maxReplyTopicBytes &&
    !text.startsWith("$") &&
    !forbiddenInTopics.test(text) &&
    text.split("/").every((level) => level !== "")
  );
}

/** Whether a text is a plain topic followed by `/`, so that it covers whole levels only. */
export function isTopicPrefix(text: string): boolean {
  return text.endsWith("/") && isPlainTopic(text.slice(0, -1));
}

/**
 * Whether a topic matches a subscription's filter (MQTT 5, section 4.7): `+` stands for one level,
 * `#` at the end for any number, and neither matches the first level of a `$` topic.
 */
export function matchesFilter(filter: string, topic: string): boolean {
  return createMatcher(filter)(topic.split("/"));
}

/** Prepares a filter for many topics, each given as its levels. */
export function createMatcher(filter: string): (levels: readonly string[]) => boolean {
  const wanted = filter.split("/");
  const isForSystem = filter.startsWith("$");
  const hasRest = wanted.at(-1) === "#";
  const fixed = hasRest ? wanted.length - 1 : wanted.length;
  return (given) => {
    if (hasRest ? given.length < fixed : given.length !== fixed) return false;
    if (!isForSystem && given[0]?.startsWith("$") === true) return false;
    for (let index = 0; index < fixed; index += 1) {
      const level = wanted[index];
      if (level !== "+" && level !== given[index]) return false;
    }
    return true;
  };
}
