import { EarshotError } from "../errors.js";
import type { Log, Service } from "../lifecycle.js";
import {
  type CaptureState,
  type CaptureTimings,
  captureTimings,
  createCapture,
} from "./capture.js";
import { type Clock, systemClock } from "../clock.js";
import { clampToRange, type DetectorOptions, detectorRanges } from "./detector-options.js";
import { deviceNameHint, isDeviceName } from "./device-name.js";
import { createListener, type ListenerStatus, type Peak } from "./listener.js";

/** The part of the configuration that the microphone takes; what is missing is the default. */
export interface MicrophoneConfig extends Partial<DetectorOptions> {
  readonly enabled: boolean;
  /** A name that `isDeviceName` accepts. */
  readonly device: string;
  /** No peaks are told in these hours of local time: `22:00-07:00`; empty for none. */
  readonly quietHours?: string;
}

/** `paused` means switched off by a person; the device is free then. */
export type MicrophoneState = { readonly state: "paused" } | CaptureState;

/** What the microphone has to say about itself, for `info` and `health`. */
export interface MicrophoneStatus extends ListenerStatus {
  readonly state: MicrophoneState;
}

/** The microphone of a node. */
export interface Microphone extends Service {
  readonly isEnabled: boolean;
  /** Listens, or releases the device. Resolves when that is done; the last of many calls holds. */
  setEnabled(enabled: boolean): Promise<void>;
  /** `riseDb` (adaptive, dB) or `thresholdDb` (fixed, dBFS). */
  readonly threshold: number;
  /** Sets it, clamped to its range; the noise floor is kept. @returns what now holds */
  setThreshold(db: number): number;
  status(): MicrophoneStatus;
}

/** The callbacks must not throw. */
export interface MicrophoneDependencies {
  readonly config: MicrophoneConfig;
  readonly log: Log;
  readonly onPeak: (peak: Peak) => void;
  /** RMS in dBFS over the time since the last call, at most once a second. */
  readonly onLevel: (levelDb: number) => void;
  /** Called on every change, and once at the start. */
  readonly onState: (state: MicrophoneState) => void;
  readonly clock?: Clock;
  readonly timings?: CaptureTimings;
}

/**
 * Creates the microphone: capture → detector → events.
 *
 * A microphone that cannot be had is a state, never an error: the other roles go on.
 *
 * @throws EarshotError `bad_config` for a device name or quiet hours of the wrong shape
 */
export function createMicrophone(dependencies: MicrophoneDependencies): Microphone {
  const { config, log, onPeak, onLevel } = dependencies;
  const clock = dependencies.clock ?? systemClock;
  assertDeviceName(config.device);
  const listener = createListener({
    options: config,
    quietHours: config.quietHours ?? "",
    log,
    clock,
    onPeak,
    onLevel,
  });
  const capture = createCapture({
    device: config.device,
    rateHz: clampToRange(detectorRanges.rateHz, config.rateHz ?? detectorRanges.rateHz.default),
    log,
    clock,
    timings: dependencies.timings ?? captureTimings,
    sink: listener,
    onState: changeState,
  });
  let state: MicrophoneState = notStarted;
  let { enabled: isEnabled } = config;
  let isStarted = false;
  let isCapturing = false;
  let transition = Promise.resolve();

  function changeState(next: MicrophoneState): void {
    const isSame = state.state === next.state && reasonOf(state) === reasonOf(next);
    if (isSame && next.state !== "unavailable") return;
    if (!isSame) logState(log, next);
    state = next;
    dependencies.onState(next);
  }

  /** Brings the capture to where it is wanted, one change after the other. */
  function settle(): Promise<void> {
    transition = transition.then(follow);
    return transition;
  }

  async function follow(): Promise<void> {
    const isWanted = isStarted && isEnabled;
    if (isWanted && !isCapturing) capture.start();
    if (!isWanted && isCapturing) await capture.stop();
    isCapturing = isWanted;
    if (isStarted && !isWanted) changeState({ state: "paused" });
    if (!isStarted && state !== notStarted) changeState(notStarted);
  }

  return {
    name: "microphone",
    start() {
      isStarted = true;
      return settle();
    },
    stop() {
      isStarted = false;
      return settle();
    },
    get isEnabled() {
      return isEnabled;
    },
    setEnabled(enabled) {
      isEnabled = enabled;
      return settle();
    },
    get threshold() {
      return listener.threshold;
    },
    setThreshold: (db) => listener.setThreshold(db),
    status: () => ({ state, ...listener.status() }),
  };
}

const notStarted: MicrophoneState = { state: "unavailable", reason: "the node is not running" };

function reasonOf(state: MicrophoneState): string | undefined {
  return state.state === "unavailable" ? state.reason : undefined;
}

function logState(log: Log, next: MicrophoneState): void {
  if (next.state !== "unavailable") log.info({}, `microphone ${next.state}`);
  else if (next.nextTryAtMs === undefined) log.debug({ reason: next.reason }, "microphone off");
  else log.warn({ reason: next.reason }, "microphone unavailable");
}

function assertDeviceName(device: string): void {
  if (isDeviceName(device)) return;
  throw new EarshotError(
    "bad_config",
    `mic.device must be ${deviceNameHint}; received "${device}"`,
  );
}
