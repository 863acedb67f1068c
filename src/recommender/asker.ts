import type { IncomingMessage } from "../bus/connection.js";
import { isClientName } from "../contract/names.js";
import type { DecodedRequest } from "../contract/request.js";
import { checkReplyTarget, type ReplyPolicy } from "../contract/reply-target.js";
import { EarshotError } from "../errors.js";

/** Who asks, and where the answer goes unless the request says otherwise. */
export interface Asker {
  readonly client: string;
  /** The request's topic with `reply` in place of `request`. */
  readonly derivedTopic: string;
}

/** Where a reply goes; with an error when the asker wanted it where it may not go. */
export interface ReplyTarget {
  readonly topic: string;
  readonly error: EarshotError | undefined;
}

const requestTopicPattern = /^(.+\/recommend\/)request\/([^/]+)$/u;

/** Reads the asker off a request's topic; `undefined` when its name is not one (no reply then). */
export function identifyAsker(topic: string): Asker | undefined {
  const [, before, client] = requestTopicPattern.exec(topic) ?? [];
  if (before === undefined || client === undefined || !isClientName(client)) return undefined;
  return { client, derivedTopic: `${before}reply/${client}` };
}

/**
 * Chooses the reply's topic: `reply_to`, else the MQTT 5 Response Topic, else the derived one. A
 * chosen topic that is forbidden is answered on the derived one, with the error.
 */
export function chooseReplyTarget(
  asker: Asker,
  options: {
    readonly decoded: DecodedRequest;
    readonly message: IncomingMessage;
    /** Asked only when the asker has chosen a topic of its own. */
    readonly readPolicy: () => ReplyPolicy;
  },
): ReplyTarget {
  const { decoded, message, readPolicy } = options;
  const wanted = (decoded.ok ? decoded.request.reply_to : decoded.replyTo) ?? message.responseTopic;
  if (wanted === undefined || wanted === asker.derivedTopic) {
    return { topic: asker.derivedTopic, error: undefined };
  }
  try {
    return { topic: checkReplyTarget(wanted, asker.client, readPolicy()), error: undefined };
  } catch (error) {
    if (!(error instanceof EarshotError)) throw error;
    return { topic: asker.derivedTopic, error };
  }
}
