import { EarshotError } from "../errors.js";

/** Watches over everything that waits for an acknowledgement on one connection. */
export interface AckDeadlines {
  /**
   * Begins a wait.
   *
   * @param fail gets an EarshotError: `timeout` when the time is over, `broker_unavailable` when
   *   the connection ends first
   * @returns what to call when the acknowledgement has come
   */
  begin(what: string, fail: (error: EarshotError) => void): () => void;
  /** Fails every wait, because the connection has ended. */
  readonly failAll: () => void;
}

interface Wait {
  readonly what: string;
  readonly endsMs: number;
  readonly fail: (error: EarshotError) => void;
}

/** How late a deadline may be noticed, in milliseconds. */
const checkPeriodMs = 500;

/**
 * Creates deadlines of one length. All waits share one timer, which runs only while there are any:
 * a timer for each of thousands of messages a second would cost more than the messages.
 */
export function createAckDeadlines(timeoutMs: number): AckDeadlines {
  // A set keeps the order of insertion, so the wait that ends first is the first one.
  const waits = new Set<Wait>();
  let timer: NodeJS.Timeout | undefined;
  const stopTimer = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  const check = (): void => {
    const nowMs = performance.now();
    for (const wait of waits) {
      if (wait.endsMs > nowMs) break;
      waits.delete(wait);
      wait.fail(new EarshotError("timeout", `${wait.what} took longer than ${timeoutMs} ms`));
    }
    if (waits.size === 0) stopTimer();
  };
  return {
    failAll() {
      stopTimer();
      for (const { what, fail } of waits) {
        fail(new EarshotError("broker_unavailable", `${what}: the connection ended`));
      }
      waits.clear();
    },
    begin(what, fail) {
      const wait = { what, endsMs: performance.now() + timeoutMs, fail };
      waits.add(wait);
      timer ??= setInterval(check, checkPeriodMs);
      return () => waits.delete(wait);
    },
  };
}
