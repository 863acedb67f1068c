import { encodeReply, type OutgoingOkReply } from "../contract/encode-reply.js";
import { maxLastReplyBytes } from "../contract/reply.js";

/** Publishes good replies on `recommend/last`. */
export interface LastReply {
  offer(reply: OutgoingOkReply): void;
  /** Publishes at once what is still waiting. */
  flush(): void;
}

/** The topic shows the last reply, not each: under load not more often than this. */
const periodMs = 50;

/**
 * Publishes the first reply at once and then the latest one at most every 50 ms, so that a flood
 * of queries does not cost twice.
 */
export function createLastReply(publish: (reply: OutgoingOkReply) => void): LastReply {
  let waiting: OutgoingOkReply | undefined;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (waiting === undefined) return;
    publish(fitReply(waiting));
    waiting = undefined;
  };
  return {
    flush,
    offer(reply) {
      waiting = reply;
      if (timer !== undefined) return;
      publish(fitReply(reply));
      waiting = undefined;
      timer = setTimeout(flush, periodMs);
    },
  };
}

/** Leaves out the farthest results until the reply fits into 8 KB; everything else stays. */
export function fitReply(reply: OutgoingOkReply): OutgoingOkReply {
  let results = reply.results;
  let fitted = reply;
  while (results.length > 0 && Buffer.byteLength(encodeReply(fitted)) > maxLastReplyBytes) {
    results = results.slice(0, Math.floor(results.length * 0.8));
    fitted = { ...reply, results };
  }
  return fitted;
}
