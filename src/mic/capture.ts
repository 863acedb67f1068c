import type { Log } from "../lifecycle.js";
import { backoffMs } from "../backoff.js";
import { type RunEnd, type RunFault, runCapture } from "./capture-run.js";
import type { Clock } from "../clock.js";
import { explainFault } from "./fault-reason.js";

/** Whether samples arrive, and if not, why and when the next try is made. */
export type CaptureState =
  | { readonly state: "listening" }
  | {
      readonly state: "unavailable";
      /** What is wrong and what to do about it, in one sentence. */
      readonly reason: string;
      /** Milliseconds since 1970; `undefined` while a try is under way. */
      readonly nextTryAtMs?: number;
    };

/** How patient the supervisor is. All in milliseconds except the last. */
export interface CaptureTimings {
  /** No data for this long means that the program or its device hangs. */
  readonly noDataMs: number;
  /** How long the program may take to end when it is told to. */
  readonly graceMs: number;
  /** Only a run that gave data for this long makes the next wait a short one again. */
  readonly healthyMs: number;
  /** The wait after the first failure, ± 25 %. */
  readonly firstRetryMs: number;
  /** The longest wait, ± 25 %: how long a replugged microphone may stay unnoticed. */
  readonly longestRetryMs: number;
  /** A run is renewed after this many bytes. */
  readonly renewBytes: number;
}

/**
 * arecord delivers eight times a second; 5 s leave room for a sound server that is only starting.
 * Its WAV ends after 2 GiB (6 h 46 min at 44.1 kHz): a run is renewed 128 MiB (25 min) before.
 */
export const captureTimings: CaptureTimings = {
  noDataMs: 5_000,
  graceMs: 1_000,
  healthyMs: 30_000,
  firstRetryMs: 1_000,
  longestRetryMs: 30_000,
  renewBytes: 2 ** 31 - 2 ** 27,
};

/** Where the samples go. */
export interface SampleSink {
  /** A recording begins; what comes does not continue what came before. */
  begin(): void;
  /** The samples are valid during the call only. */
  push(samples: Int16Array): void;
}

/** A recording that is kept going. */
export interface Capture {
  /** Begins; returns at once, and never fails: what goes wrong is a state. */
  start(): void;
  /** Ends the recording program and waits for its exit. It can be started again. */
  stop(): Promise<void>;
}

export interface CaptureDependencies {
  readonly device: string;
  readonly rateHz: number;
  readonly log: Log;
  readonly clock: Clock;
  readonly timings: CaptureTimings;
  readonly sink: SampleSink;
  /** Called on every change. */
  readonly onState: (state: CaptureState) => void;
}

/**
 * Creates a supervised recording: one run of the program after the other, until it is stopped.
 *
 * Every end of a run is a fault to recover from, exit code 0 as well. A failure is followed by a
 * wait that doubles and is jittered; data for `healthyMs` makes it short again.
 */
export function createCapture(dependencies: CaptureDependencies): Capture {
  const { device, rateHz, log, clock, timings, sink, onState } = dependencies;
  let stopping: AbortController | undefined;
  let supervision: Promise<void> = Promise.resolve();

  /** One run, and for how long it gave data. */
  async function runOnce(signal: AbortSignal): Promise<readonly [RunEnd, number]> {
    let firstDataMs: number | undefined;
    let lastDataMs = 0;
    const end = await runCapture({
      device,
      rateHz,
      noDataMs: timings.noDataMs,
      graceMs: timings.graceMs,
      renewBytes: timings.renewBytes,
      signal,
      log,
      onSamples(samples) {
        if (firstDataMs === undefined) {
          firstDataMs = clock.now();
          sink.begin();
          onState({ state: "listening" });
        }
        lastDataMs = clock.now();
        sink.push(samples);
      },
    });
    return [end, firstDataMs === undefined ? 0 : lastDataMs - firstDataMs];
  }

  async function waitForNextTry(
    fault: RunFault,
    failures: number,
    signal: AbortSignal,
  ): Promise<void> {
    const reason = await explainFault(fault, device);
    if (signal.aborted) return;
    const backoff = { firstMs: timings.firstRetryMs, longestMs: timings.longestRetryMs };
    const delayMs = backoffMs(backoff, failures, Math.random);
    log.debug({ reason, failures, delayMs }, "capture failed");
    onState({ state: "unavailable", reason, nextTryAtMs: clock.now() + delayMs });
    await until(clock, delayMs, signal);
    if (!signal.aborted) onState({ state: "unavailable", reason });
  }

  async function supervise(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const [end, healthyMs] = await runOnce(signal);
      if (end.kind === "stopped") return;
      if (end.kind === "renewal") {
        log.debug({}, "capture renewed before the end of its file");
        failures = 0;
        continue;
      }
      failures = healthyMs >= timings.healthyMs ? 1 : failures + 1;
      await waitForNextTry(end, failures, signal);
    }
  }

  return {
    start() {
      if (stopping !== undefined) return;
      const controller = new AbortController();
      stopping = controller;
      const before = supervision;
      onState({ state: "unavailable", reason: "the recording is being started" });
      supervision = before.then(() => supervise(controller.signal));
    },
    async stop() {
      stopping?.abort();
      stopping = undefined;
      await supervision;
    },
  };
}

/** Waits, or returns early when the signal is aborted. */
function until(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      cancel();
      signal.removeEventListener("abort", settle);
      resolve();
    };
    const cancel = clock.after(delayMs, settle);
    signal.addEventListener("abort", settle);
  });
}
