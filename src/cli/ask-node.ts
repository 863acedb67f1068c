import { randomUUID } from "node:crypto";
import { anyNode } from "../contract/names.js";
import type { RecommendReply } from "../contract/reply.js";
import { encodeRequest, type RecommendRequest } from "../contract/request.js";
import { replyChannel, replyTopic, requestTopic } from "../contract/topics.js";
import { createDeferred } from "../deferred.js";
import { EarshotError } from "../errors.js";
import { withDeadline } from "../lifecycle.js";
import type { NodeLine } from "./node-line.js";

const replyTimeoutMs = 10_000;

/** What is asked of whom. */
export interface Question {
  /** Who is to answer: a node's name, or `any`. */
  readonly node: string;
  readonly request: RecommendRequest;
  /** Ends the waiting, such as `line.lost`; its reason is thrown. */
  readonly stop: AbortSignal;
}

/**
 * Sends one request under an id of its own and waits for the reply with that id.
 *
 * @throws EarshotError `timeout` when nobody answers within ten seconds, `bad_request` when the
 *   reply cannot be decoded, or the reason of `stop`
 */
export async function askNode(
  line: NodeLine,
  { node, request, stop }: Question,
): Promise<RecommendReply> {
  const address = { base: line.base, node };
  const id = randomUUID();
  const replied = createDeferred<RecommendReply>();
  const fail = (): void => {
    replied.reject(stop.reason);
  };
  stop.throwIfAborted();
  stop.addEventListener("abort", fail);
  try {
    await line.listen(
      replyChannel(replyTopic(address, line.client)),
      (reply) => {
        if (reply.id === id) replied.resolve(reply);
      },
      replied.reject,
    );
    await line.send(requestTopic(address, line.client), encodeRequest({ ...request, id }));
    return await withDeadline(replied.promise, replyTimeoutMs, "waiting for a recommender");
  } catch (error) {
    const isSilence = error instanceof EarshotError && error.code === "timeout";
    throw isSilence ? explainSilence(line, node) : error;
  } finally {
    stop.removeEventListener("abort", fail);
  }
}

function explainSilence({ where }: NodeLine, node: string): EarshotError {
  const within = `within ${replyTimeoutMs / 1000} s at ${where}`;
  const message =
    node === anyNode
      ? `no recommender answered ${within}; is recommender.enabled on a node there?`
      : `node ${node} has not answered ${within}; is it up, with recommender.enabled?`;
  return new EarshotError("timeout", message);
}
