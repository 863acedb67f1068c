import { EarshotError, messageOf } from "./errors.js";

/** The part of a pino logger that Earshot's modules use. */
export interface Log {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/**
 * A part of the node that runs from start to stop.
 *
 * `start` cleans up after itself when it fails. `stop` may be called at any time, more than once,
 * and on a service that never started.
 */
export interface Service {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** The services of one run, in the order in which they started. */
export interface RunningServices {
  /** Stops all in reverse order; a service that exceeds the deadline is logged and left behind. */
  stop(): Promise<void>;
}

export interface LifecycleOptions {
  readonly log: Log;
  /** How long one service may take to stop, in milliseconds. */
  readonly stopTimeoutMs: number;
}

/**
 * Starts services one after the other, in the order given.
 *
 * @throws whatever the failing service threw, after those already started have been stopped.
 */
export async function startServices(
  services: readonly Service[],
  options: LifecycleOptions,
): Promise<RunningServices> {
  const started: Service[] = [];
  try {
    for (const service of services) {
      await service.start();
      started.push(service);
      options.log.debug({ service: service.name }, "service started");
    }
  } catch (error) {
    await stopServices(started, options);
    throw error;
  }
  let stopping: Promise<void> | undefined;
  return {
    stop() {
      stopping ??= stopServices(started, options);
      return stopping;
    },
  };
}

async function stopServices(started: readonly Service[], options: LifecycleOptions): Promise<void> {
  for (const service of started.toReversed()) {
    try {
      await withDeadline(service.stop(), options.stopTimeoutMs, `stopping ${service.name}`);
      options.log.debug({ service: service.name }, "service stopped");
    } catch (error) {
      options.log.error(
        { service: service.name, reason: messageOf(error) },
        "service did not stop",
      );
    }
  }
}

/**
 * Waits for a promise for at most `timeoutMs`.
 *
 * The promise itself is not cancelled; its later rejection is swallowed, because the caller has
 * already been told.
 *
 * @throws EarshotError `timeout` naming `what`
 */
export async function withDeadline<T>(
  promise: Promise<T>,
  timeoutMs: number,
  what: string,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new EarshotError("timeout", `${what} took longer than ${timeoutMs} ms`));
    }, timeoutMs);
  });
  promise.catch(() => {});
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
