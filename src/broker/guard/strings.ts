import { isUtf8 } from "node:buffer";
import { type Violation, malformed, reasonCodes } from "./violation.js";

/** A stretch of a packet's bytes. */
export interface Span {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** How long a topic may be; longer ones are refused, although the specification allows 65,535. */
export interface TopicLimits {
  readonly topicBytes: number;
  readonly topicLevels: number;
}

const slash = 0x2f;
const plus = 0x2b;
const hash = 0x23;

const illFormed = malformed("a text that is no well-formed UTF-8 [MQTT-1.5.4-1]");
const holdsNull = malformed("U+0000 in a text [MQTT-1.5.4-2]");
const holdsControl = malformed("a control character in a text (section 1.5.4)");
const emptyTopic = malformed("an empty topic [MQTT-4.7.3-1]");
const wildcardInName: Violation = {
  reason: "a wildcard in a topic name [MQTT-3.3.2-2]",
  code: reasonCodes.topicNameInvalid,
};
const tooLong: Violation = {
  reason: "a topic longer or deeper than allowed here",
  code: reasonCodes.topicNameInvalid,
};
const misplacedWildcard: Violation = {
  reason: "a wildcard that is no level of its own, or levels behind # [MQTT-4.7.1-1]",
  code: reasonCodes.topicFilterInvalid,
};

/**
 * Checks a UTF-8 Encoded String ([MQTT-1.5.4-1], [MQTT-1.5.4-2]); surrogates are ill-formed.
 * Control characters pass: a User Property may hold a line feed.
 */
export function checkText({ bytes, start, end }: Span): Violation | undefined {
  let isPlain = true;
  for (let index = start; index < end; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte === 0) return holdsNull;
    if (byte >= 0x80) isPlain = false;
  }
  return isPlain || isUtf8(bytes.subarray(start, end)) ? undefined : illFormed;
}

/** Checks a name that gets into logs and terminals: as `checkText`, and no control character. */
export function checkName(span: Span): Violation | undefined {
  const { bytes, start, end } = span;
  for (let index = start; index < end; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte < 0x20 || byte >= 0x7f) return checkUnusual(span);
  }
  return undefined;
}

function checkUnusual(span: Span): Violation | undefined {
  const problem = checkText(span);
  if (problem !== undefined) return problem;
  const text = span.bytes.toString("utf8", span.start, span.end);
  return /\p{Cc}/u.test(text) ? holdsControl : undefined;
}

/** Checks a topic name: [MQTT-4.7.3-1], [MQTT-3.3.2-2], [MQTT-1.5.4-1]; empty levels are allowed. */
export function checkTopicName(span: Span, limits: TopicLimits): Violation | undefined {
  const { bytes, start, end } = span;
  if (start === end) return emptyTopic;
  let levels = 1;
  let isUnusual = false;
  for (let index = start; index < end; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte === slash) levels += 1;
    else if (byte === plus || byte === hash) return wildcardInName;
    else if (byte < 0x20 || byte >= 0x7f) isUnusual = true;
  }
  if (end - start > limits.topicBytes || levels > limits.topicLevels) return tooLong;
  return isUnusual ? checkUnusual(span) : undefined;
}

/** Checks a topic filter: as a topic name, with wildcards in their places ([MQTT-4.7.1-1], [MQTT-4.7.1-2]). */
export function checkTopicFilter(span: Span, limits: TopicLimits): Violation | undefined {
  const { bytes, start, end } = span;
  if (start === end) return emptyTopic;
  let levels = 1;
  for (let index = start; index < end; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte === slash) levels += 1;
    else if (byte === plus || byte === hash) {
      const isFirst = index === start || bytes[index - 1] === slash;
      const isLast = index + 1 === end || (byte === plus && bytes[index + 1] === slash);
      if (!isFirst || !isLast) return misplacedWildcard;
    }
  }
  if (end - start > limits.topicBytes || levels > limits.topicLevels) return tooLong;
  return checkName(span);
}
