import type { ChildProcess } from "node:child_process";
import { messageOf } from "../errors.js";
import type { Log } from "../lifecycle.js";
import { startChildGuard } from "./child-guard.js";
import { endChild } from "./end-child.js";
import { createPcmStream } from "./pcm-stream.js";
import { type Recorder, startRecorder } from "./recorder.js";

/** Why one run of the recording program is over. */
export type RunEnd =
  | { readonly kind: "stopped" }
  /** It was ended in good time before arecord's own end at 2 GiB. */
  | { readonly kind: "renewal" }
  | RunFault;

/** The program could not be started, ended by itself, or fell silent. */
export type RunFault =
  | { readonly kind: "not started"; readonly message: string; readonly isMissing: boolean }
  | {
      readonly kind: "exit";
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
      /** The end of what it wrote to stderr. */
      readonly stderr: string;
    }
  | { readonly kind: "no data"; readonly afterMs: number };

export interface CaptureRunOptions {
  readonly device: string;
  readonly rateHz: number;
  /** No data for this long is a fault, ms. */
  readonly noDataMs: number;
  /** How long the program may take to end after SIGTERM, and again after SIGKILL, ms. */
  readonly graceMs: number;
  /** After this many bytes the run ends with `renewal`. */
  readonly renewBytes: number;
  /** Called for every piece of audio; the samples are valid during the call only. */
  readonly onSamples: (samples: Int16Array) => void;
  /** Ends the run with `stopped`. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

const stderrBytes = 4_096;

/** Runs the recording program once; resolves when it has ended, whatever ended it. Never rejects. */
export async function runCapture(options: CaptureRunOptions): Promise<RunEnd> {
  if (options.signal.aborted) return { kind: "stopped" };
  try {
    return await record(options);
  } catch (error) {
    return { kind: "not started", message: messageOf(error), isMissing: false };
  }
}

async function record(options: CaptureRunOptions): Promise<RunEnd> {
  const guard = startChildGuard(options.log);
  try {
    const recorder = startRecorder(options);
    guard.watch(recorder.child);
    return await follow(recorder, options);
  } finally {
    guard.release();
  }
}

/** Passes the samples on until something ends the run, then ends the program. */
async function follow({ child, audio }: Recorder, options: CaptureRunOptions): Promise<RunEnd> {
  const over = new AbortController();
  try {
    return await new Promise<RunEnd>((resolve) => {
      const stderr = endOnExit(child, resolve);
      endOnAbort(options.signal, over.signal, resolve);
      let pieces = 0;
      const watchdog = setTimeout(() => {
        // After a pause of the node itself timers come first, and what has arrived is read next.
        const before = pieces;
        setImmediate(() => {
          if (pieces === before) resolve({ kind: "no data", afterMs: options.noDataMs });
        });
      }, options.noDataMs);
      over.signal.addEventListener("abort", () => {
        clearTimeout(watchdog);
      });
      let bytes = 0;
      const pcm = createPcmStream();
      audio.on("data", (piece: Buffer) => {
        if (over.signal.aborted) return;
        // What a program said before it recorded does not explain how it ended.
        if (pieces === 0) stderr.forget();
        pieces += 1;
        watchdog.refresh();
        const samples = pcm.read(piece);
        if (samples.length > 0) options.onSamples(samples);
        bytes += piece.length;
        if (bytes >= options.renewBytes) resolve({ kind: "renewal" });
      });
    });
  } finally {
    over.abort();
    const ended = await endChild(child, options.graceMs);
    // A process that it has started itself might hold the other ends open.
    child.stdout?.destroy();
    child.stderr?.destroy();
    if (!ended)
      options.log.error({ pid: child.pid }, "recorder does not end, not even after SIGKILL");
  }
}

/** `close` comes after the last byte of audio and of stderr, `exit` may come before. */
function endOnExit(
  child: ChildProcess,
  resolve: (end: RunEnd) => void,
): { readonly forget: () => void } {
  let stderr = "";
  child.stderr?.on("data", (piece: Buffer) => {
    stderr = (stderr + piece.toString()).slice(-stderrBytes);
  });
  child.stderr?.resume();
  child.on("error", (error) => {
    const isMissing = "code" in error && error.code === "ENOENT";
    resolve({ kind: "not started", message: messageOf(error), isMissing });
  });
  child.on("close", (code, signal) => {
    resolve({ kind: "exit", code, signal, stderr });
  });
  return {
    forget() {
      stderr = "";
    },
  };
}

function endOnAbort(signal: AbortSignal, over: AbortSignal, resolve: (end: RunEnd) => void): void {
  const onAbort = (): void => {
    resolve({ kind: "stopped" });
  };
  signal.addEventListener("abort", onAbort, { once: true });
  over.addEventListener("abort", () => {
    signal.removeEventListener("abort", onAbort);
  });
}
