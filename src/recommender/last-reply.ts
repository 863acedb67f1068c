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
/** Worth more than the alternatives. */
const fewResults = 3;

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

/**
 * Leaves out the farthest results until the reply fits into 8 KB. Where names are so long that not
 * even the nearest ones fit, what else the title may have meant goes first.
 */
export function fitReply(reply: OutgoingOkReply): OutgoingOkReply {
  let { results } = reply;
  let { alternatives } = reply.match;
  let fitted = reply;
  while (Buffer.byteLength(encodeReply(fitted)) > maxLastReplyBytes) {
    if (results.length > fewResults || alternatives.length === 0) {
      if (results.length === 0) break;
      results = results.slice(0, Math.floor(results.length * 0.8));
    } else alternatives = alternatives.slice(0, -1);
    fitted = { ...reply, match: { ...reply.match, alternatives }, results };
  }
  return fitted;
}
