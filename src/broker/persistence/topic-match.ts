const slash = 0x2f;
const dollar = 0x24;

/** Whether a topic filter has a wildcard; one without names a single topic. */
export function hasWildcard(filter: string): boolean {
  return filter.includes("+") || filter.includes("#");
}

/**
 * Whether a topic matches a filter (MQTT 5, 4.7).
 *
 * `+` stands for one level, also an empty one [MQTT-4.7.1-3]; `#` for the level above it and all
 * below [MQTT-4.7.1-2]; neither at the front for a topic that starts with `$` [MQTT-4.7.2-1].
 */
export function matchesFilter(filter: string, topic: string): boolean {
  if (topic.charCodeAt(0) === dollar && /^[+#]/u.test(filter)) return false;
  let inFilter = 0;
  let inTopic = 0;
  for (;;) {
    const filterEnd = endOfLevel(filter, inFilter);
    const topicEnd = endOfLevel(topic, inTopic);
    const level = filter.slice(inFilter, filterEnd);
    if (level === "#") return true;
    if (level !== "+" && level !== topic.slice(inTopic, topicEnd)) return false;
    const filterEnds = filterEnd === filter.length;
    if (topicEnd === topic.length) return filterEnds || filter.slice(filterEnd) === "/#";
    if (filterEnds) return false;
    inFilter = filterEnd + 1;
    inTopic = topicEnd + 1;
  }
}

function endOfLevel(text: string, start: number): number {
  for (let index = start; index < text.length; index += 1) {
    if (text.charCodeAt(index) === slash) return index;
  }
  return text.length;
}
