import { type Backoff, backoffMs } from "../backoff.js";
import type { Connection, IncomingMessage } from "../bus/connection.js";
import type { Clock } from "../clock.js";
import { EarshotError, messageOf } from "../errors.js";
import { type Log, withDeadline } from "../lifecycle.js";

/** A line to one broker that is made anew whenever it ends. */
export interface Link {
  /** The connection, while there is one that is ready. */
  connection(): Connection | undefined;
  /** Makes the first attempt; what fails is logged and tried again. Resolves after that attempt. */
  start(): Promise<void>;
  /** Ends the connection, and waits a while for an attempt under way to give up. */
  stop(): Promise<void>;
}

/** Something that an attempt has for itself. */
export interface Reservation {
  /** Never rejects. */
  release(): Promise<void>;
}

export interface LinkOptions {
  /** For the log: "the upstream broker". */
  readonly to: string;
  /** What each attempt needs first; given back when the attempt is over, however it ends. */
  readonly reserve?: () => Promise<Reservation>;
  readonly connect: (events: {
    readonly onMessage: (message: IncomingMessage) => void;
    readonly onClose: () => void;
  }) => Promise<Connection>;
  /** With the connection it came by, which need not be ready yet. */
  readonly onMessage: (message: IncomingMessage, connection: Connection) => void;
  /** Subscribes; when it fails so does the attempt. */
  readonly prepare: (connection: Connection) => Promise<void>;
  /** Called when the connection is ready. */
  readonly onUp?: (connection: Connection) => void;
  readonly log: Log;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

const retry: Backoff = { firstMs: 1000, longestMs: 60_000 };
/**
 * After a connection that lasted this long the waits begin with the shortest again. Longer, and a
 * broker that drops everybody every ten seconds would be missed for a minute each time.
 */
const healthyMs = 5000;
/** With the bridge's farewell before it this is less than a service has for its stop. */
const stopTimeoutMs = 2000;

/** Creates a link that does nothing before its start. */
export function createLink(options: LinkOptions): Link {
  const { to, log, clock } = options;
  let isStopped = true;
  let ready: Connection | undefined;
  let readySinceMs = 0;
  let failures = 0;
  let cancelRetry: () => void = () => {};

  const retryLater = (reason: unknown): void => {
    if (isStopped) return;
    failures += 1;
    const waitMs = backoffMs(retry, failures, options.random);
    const details = { reason: messageOf(reason), retryInMs: waitMs };
    // What only a person can mend is no passing trouble.
    if (isFaultOfSettings(reason)) log.error(details, `no connection to ${to}`);
    else log.warn(details, `no connection to ${to}`);
    cancelRetry();
    cancelRetry = clock.after(waitMs, () => void attempt());
  };
  const checkRunning = (): void => {
    if (isStopped) throw new EarshotError("broker_unavailable", "the bridge has stopped");
  };
  const connectOnce = async (): Promise<void> => {
    let current: Connection | undefined = undefined;
    const connection = await options.connect({
      onMessage(message) {
        // Nobody has subscribed to what comes before.
        if (current !== undefined) options.onMessage(message, current);
      },
      onClose() {
        // One that ends before it is ready tells by the attempt that fails.
        if (current === undefined || ready !== current) return;
        ready = undefined;
        if (clock.now() - readySinceMs > healthyMs) failures = 0;
        retryLater(new EarshotError("broker_unavailable", "the connection ended"));
      },
    });
    current = connection;
    try {
      checkRunning();
      await options.prepare(connection);
      checkRunning();
      if (!connection.isOpen())
        throw new EarshotError("broker_unavailable", "the connection ended");
    } catch (error) {
      await connection.end();
      throw error;
    }
    ready = connection;
    readySinceMs = clock.now();
    log.info({ mqtt: connection.version }, `connected to ${to}`);
    options.onUp?.(connection);
  };
  const connectReserved = async (): Promise<void> => {
    const reservation = await options.reserve?.();
    try {
      checkRunning();
      await connectOnce();
    } finally {
      await reservation?.release();
    }
  };
  let attempting = Promise.resolve();
  /** Never rejects. */
  const attempt = (): Promise<void> => {
    attempting = connectReserved().catch(retryLater);
    return attempting;
  };
  return {
    connection: () => ready,
    async start() {
      isStopped = false;
      await attempt();
    },
    async stop() {
      isStopped = true;
      cancelRetry();
      const connection = ready;
      ready = undefined;
      await connection?.end();
      try {
        await withDeadline(attempting, stopTimeoutMs, `giving up on ${to}`);
      } catch (error) {
        // It goes no further than its next step.
        log.warn({ reason: messageOf(error) }, "an attempt to connect is still under way");
      }
    },
  };
}

function isFaultOfSettings(reason: unknown): boolean {
  return reason instanceof EarshotError && reason.code === "bad_config";
}
