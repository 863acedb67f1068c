import { once } from "node:events";
import { parentPort, Worker, workerData } from "node:worker_threads";
import { z } from "zod";
import { createDeferred } from "./deferred.js";
import { EarshotError, errorCodes, messageOf } from "./errors.js";
import type { Log } from "./lifecycle.js";

/** One call of a function that runs in a thread of its own. */
export interface ThreadCall {
  /** Whatever can be cloned into another thread; what is shared memory stays shared. */
  readonly input: unknown;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((details: unknown) => void) | undefined;
  /** Gets what the thread logs. */
  readonly log?: Log | undefined;
}

/** What the function gets beside its input. */
export interface ThreadContext {
  /** Aborted when the caller has changed its mind. */
  readonly signal: AbortSignal;
  readonly onProgress: (details: unknown) => void;
  readonly log: Log;
}

const levels = ["debug", "info", "warn", "error"] as const;

const messageSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("progress"), details: z.unknown() }),
  z.object({
    kind: z.literal("log"),
    level: z.enum(levels),
    details: z.record(z.string(), z.unknown()),
    message: z.string(),
  }),
  z.object({ kind: z.literal("result"), value: z.unknown() }),
  z.object({
    kind: z.literal("error"),
    code: z.enum(errorCodes).optional(),
    message: z.string(),
    stack: z.string().optional(),
  }),
]);
type Message = z.infer<typeof messageSchema>;

/** A thread that has been asked to stop and does not is ended after so long. */
const stopWithinMs = 3000;

/**
 * Runs the function that a module serves by `serveThread`.
 *
 * The thread has ended when this settles, whether it succeeded, failed or was called off.
 *
 * @param entry the compiled module: `new URL("./some-worker.js", import.meta.url)`
 * @returns what the function returned; to be decoded like anything from outside
 * @throws what the function threw, an EarshotError with its code; the reason of the signal;
 *   EarshotError `internal` when the thread died
 */
export async function runInThread(entry: URL, call: ThreadCall): Promise<unknown> {
  const { input, signal } = call;
  signal?.throwIfAborted();
  const worker = new Worker(entry, { workerData: input });
  const ended = once(worker, "exit");
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    worker.postMessage("stop");
    timer = setTimeout(() => void worker.terminate(), stopWithinMs);
  };
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await outcomeOf(worker, call);
  } catch (error) {
    // One that has failed is ending by itself, but not when it was this side that failed.
    void worker.terminate();
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", stop);
    await ended;
    clearTimeout(timer);
  }
}

function outcomeOf(worker: Worker, { log, onProgress }: ThreadCall): Promise<unknown> {
  const outcome = createDeferred<unknown>();
  const take = (message: Message): void => {
    if (message.kind === "progress") onProgress?.(message.details);
    else if (message.kind === "log") log?.[message.level](message.details, message.message);
    else if (message.kind === "result") outcome.resolve(message.value);
    else outcome.reject(errorOf(message));
  };
  worker.on("message", (received: unknown) => {
    try {
      take(messageSchema.parse(received));
    } catch (error) {
      outcome.reject(error);
    }
  });
  worker.on("error", (cause) => {
    outcome.reject(
      new EarshotError("internal", `a worker thread died: ${messageOf(cause)}`, { cause }),
    );
  });
  worker.on("exit", (code) => {
    outcome.reject(new EarshotError("internal", `a worker thread ended with code ${code}`));
  });
  return outcome.promise;
}

function errorOf({ code, message, stack }: Extract<Message, { kind: "error" }>): Error {
  const options = { cause: stack };
  return code === undefined
    ? new Error(message, options)
    : new EarshotError(code, message, options);
}

/** Serves the one call of this thread; the whole content of a module that is run in a thread. */
export function serveThread(
  run: (input: unknown, context: ThreadContext) => Promise<unknown>,
): void {
  const port = parentPort;
  if (port === null) throw new EarshotError("internal", "this module is for worker threads");
  const send = (message: Message): void => {
    port.postMessage(message);
  };
  const stopping = new AbortController();
  port.on("message", () => {
    stopping.abort(new EarshotError("timeout", "called off"));
  });
  const logAs = (level: (typeof levels)[number]) => (details: object, message: string) => {
    send({ kind: "log", level, details: { ...details }, message });
  };
  const log: Log = {
    debug: logAs("debug"),
    info: logAs("info"),
    warn: logAs("warn"),
    error: logAs("error"),
  };
  const onProgress = (details: unknown): void => {
    send({ kind: "progress", details });
  };
  const answer = async (): Promise<void> => {
    try {
      const value = await run(workerData, { signal: stopping.signal, onProgress, log });
      send({ kind: "result", value });
    } catch (error) {
      send({ kind: "error", ...describeError(error) });
    }
    // What listens keeps a thread alive.
    port.close();
  };
  void answer();
}

function describeError(error: unknown): Omit<Extract<Message, { kind: "error" }>, "kind"> {
  const code = error instanceof EarshotError ? { code: error.code } : {};
  const stack = error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
  return { ...code, message: messageOf(error), ...stack };
}
