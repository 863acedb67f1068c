import type { IncomingMessage } from "node:http";
import { PassThrough, type Readable } from "node:stream";
import { tooSlow } from "./http-get.js";

/** Kept while the disk catches up. */
const bufferBytes = 1 << 20;

/**
 * The content of an answer, from now on. When the server hangs up, what has arrived is given first
 * and the stream ends; the answer's `errored` says why. Read by itself, an answer drops what was
 * not read by then.
 */
export function keepArrived(answer: IncomingMessage): Readable {
  const kept = new PassThrough({ highWaterMark: bufferBytes });
  answer.on("error", () => {});
  answer.once("close", () => {
    if (!kept.writableEnded) kept.end();
  });
  return answer.pipe(kept);
}

const leastBytesPerS = 1000;

/**
 * Ends an answer that drips: it would never be silent, and never done.
 *
 * @param options `paceMs`: how often is looked; `received`: the bytes so far
 * @returns the timer, to be cleared at the end
 */
export function watchPace(
  answer: IncomingMessage,
  options: { readonly url: URL; readonly paceMs: number; readonly received: () => number },
): NodeJS.Timeout {
  const { url, paceMs, received } = options;
  const leastBytes = (leastBytesPerS * paceMs) / 1000;
  let before = received();
  return setInterval(() => {
    if (received() - before < leastBytes) answer.destroy(tooSlow(url, paceMs));
    before = received();
  }, paceMs);
}
