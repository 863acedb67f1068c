import type { Log } from "../../lifecycle.js";
import { createLogThrottle } from "../../log-throttle.js";

/** So many characters of a client's name, and of what it did wrong, get into the log. */
const maxLoggedName = 64;
const maxLoggedReason = 200;

export interface DroppedClient {
  readonly clientId: string | undefined;
  readonly address?: string | undefined;
  readonly reason: string;
}

/** Any program can connect in a loop, and call itself what it likes: one clean line in a while. */
export function createDropLog(log: Log, message: string): (dropped: DroppedClient) => void {
  const throttle = createLogThrottle();
  return ({ clientId, address, reason }) => {
    throttle.run((heldBack) => {
      const client = clientId === undefined ? undefined : clean(clientId, maxLoggedName);
      const details = { client, address, reason: clean(reason, maxLoggedReason), heldBack };
      log.warn(details, message);
    });
  };
}

/** Control characters and bidirectional overrides would rewrite the terminal that shows the log. */
function clean(text: string, maxLength: number): string {
  const start = text.slice(0, maxLength);
  return start.replaceAll(/[\p{Cc}\p{Cs}\u{2028}-\u{202E}\u{2066}-\u{2069}]/gu, "·");
}
