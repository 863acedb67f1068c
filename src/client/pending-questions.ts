import type { RecommendReply } from "../contract/reply.js";
import { createDeferred } from "../deferred.js";
import { EarshotError } from "../errors.js";

/** How long, and how often, a question is asked. */
export interface Patience {
  /** The whole time, in milliseconds. */
  readonly timeoutMs: number;
  /** Asked again after each such time without a reply, in milliseconds; 0 asks once. */
  readonly retryAfterMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Questions that wait for their replies, told apart by their ids. */
export interface PendingQuestions {
  /**
   * Asks, and waits for the reply with this id. The first reply counts, except for a `not_ready`
   * while the question will be asked again; what comes later, such as the second answer to a
   * question that was asked twice, is passed over. Without a connection the question waits for one.
   *
   * @throws EarshotError `timeout`, or `broker_unavailable` when there is no connection at that time;
   *   what `send` throws; the signal's reason
   */
  ask(id: string, send: () => Promise<void>, patience: Patience): Promise<RecommendReply>;
  readonly settle: (reply: RecommendReply) => void;
  /** Asks all of them again, on a new connection. */
  readonly sendAll: () => void;
  /** Ends every waiting with an error. */
  readonly failAll: (error: EarshotError) => void;
}

interface Wait {
  readonly send: () => void;
  readonly settle: (reply: RecommendReply) => void;
  readonly reject: (error: unknown) => void;
}

/** Creates an empty list. */
export function createPendingQuestions(isConnected: () => boolean): PendingQuestions {
  const waiting = new Map<string, Wait>();
  return {
    async ask(id, send, { timeoutMs, retryAfterMs, signal }) {
      signal?.throwIfAborted();
      const replied = createDeferred<RecommendReply>();
      const sendOnce = (): void => {
        if (isConnected()) send().catch(replied.reject);
      };
      const abort = (): void => {
        replied.reject(signal?.reason);
      };
      let notReady: RecommendReply | undefined;
      const settle = (reply: RecommendReply): void => {
        const isNotReady = reply.status === "error" && reply.error.code === "not_ready";
        if (isNotReady && retryAfterMs > 0) notReady = reply;
        else replied.resolve(reply);
      };
      const deadline = setTimeout(() => {
        if (notReady !== undefined) replied.resolve(notReady);
        replied.reject(
          isConnected()
            ? new EarshotError("timeout", `no recommender answered in ${timeoutMs} ms`)
            : new EarshotError("broker_unavailable", "there is no connection to the broker"),
        );
      }, timeoutMs);
      const retry = retryAfterMs > 0 ? setInterval(sendOnce, retryAfterMs) : undefined;
      signal?.addEventListener("abort", abort);
      waiting.set(id, { send: sendOnce, settle, reject: replied.reject });
      try {
        sendOnce();
        return await replied.promise;
      } finally {
        waiting.delete(id);
        clearTimeout(deadline);
        clearInterval(retry);
        signal?.removeEventListener("abort", abort);
      }
    },
    settle: (reply) => waiting.get(reply.id)?.settle(reply),
    sendAll() {
      for (const wait of waiting.values()) wait.send();
    },
    failAll(error) {
      for (const { reject } of waiting.values()) reject(error);
    },
  };
}
