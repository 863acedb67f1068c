import type { Log } from "../lifecycle.js";
import type { SampleSink } from "./capture.js";
import type { Clock } from "../clock.js";
import { createDetector, type SoundOnset } from "./detector.js";
import type { DetectorOptions } from "./detector-options.js";
import { isQuiet, parseQuietHours } from "./quiet-hours.js";
import { createSilenceWatch } from "./silence-watch.js";

/** A sound in the room, rounded for people: tenths of a dB. No sample ever leaves this folder. */
export interface Peak extends SoundOnset {
  /** When the sound began, in milliseconds since 1970. */
  readonly timeMs: number;
}

/** What has been heard so far. */
export interface ListenerStatus {
  /** Peaks told since the start. */
  readonly peaks: number;
  /** Peaks that quiet hours kept back. */
  readonly mutedPeaks: number;
  /** dBFS. */
  readonly noiseFloorDb: number;
  /** Samples at either end of the scale since the start: if it grows, turn the gain down. */
  readonly clippedSamples: number;
  /** Recordings begun: grows by one for every recovery. */
  readonly recordings: number;
  /** For how long there has been nothing but digital silence, s: a muted microphone. */
  readonly silentS: number;
}

/** Turns recorded samples into peaks and levels at the time on the wall. */
export interface Listener extends SampleSink {
  readonly threshold: number;
  /** As `Detector.setThreshold`. */
  setThreshold(db: number): number;
  status(): ListenerStatus;
}

export interface ListenerDependencies {
  readonly options: Partial<DetectorOptions>;
  /** As `parseQuietHours`. */
  readonly quietHours: string;
  readonly log: Log;
  readonly clock: Clock;
  readonly onPeak: (peak: Peak) => void;
  /** RMS in dBFS over the time since the last call, at most once a second. */
  readonly onLevel: (levelDb: number) => void;
}

const levelEveryMs = 1_000;
const silenceWarningS = 60;

/**
 * Creates a listener.
 *
 * @throws EarshotError `bad_config` for quiet hours of the wrong shape
 */
export function createListener(dependencies: ListenerDependencies): Listener {
  const { log, clock, onPeak, onLevel } = dependencies;
  const quietHours = parseQuietHours(dependencies.quietHours);
  const detector = createDetector({ options: dependencies.options, onOnset });
  const silence = createSilenceWatch(silenceWarningS, () => {
    log.warn({}, "microphone gives only digital silence; is it muted?");
  });
  // The last sample of a piece was recorded when the piece arrived.
  const piece = { endMs: 0, endSample: 0 };
  let lastLevelAtMs = 0;
  let peaks = 0;
  let mutedPeaks = 0;
  let recordings = 0;

  function onOnset(onset: SoundOnset): void {
    const agoMs = ((piece.endSample - onset.onsetSample) * 1000) / detector.rateHz;
    const timeMs = Math.round(piece.endMs - agoMs);
    if (isQuiet(quietHours, new Date(timeMs))) {
      mutedPeaks += 1;
      return;
    }
    peaks += 1;
    onPeak({ timeMs, ...toReadable(onset) });
  }

  function tellLevel(): void {
    const levelDb = detector.takeLevelDb();
    if (levelDb === undefined) return;
    lastLevelAtMs = piece.endMs;
    silence.observe(levelDb, piece.endMs);
    onLevel(toTenths(levelDb));
  }

  return {
    begin() {
      recordings += 1;
      lastLevelAtMs = clock.now();
      detector.reset();
    },
    push(samples) {
      piece.endMs = clock.now();
      piece.endSample = detector.position + samples.length;
      detector.push(samples);
      // A Pi has no clock of its own: the time may jump back when the network sets it.
      if (Math.abs(piece.endMs - lastLevelAtMs) >= levelEveryMs) tellLevel();
    },
    get threshold() {
      return detector.threshold;
    },
    setThreshold: (db) => detector.setThreshold(db),
    status: () => ({
      peaks,
      mutedPeaks,
      noiseFloorDb: toTenths(detector.noiseFloorDb),
      clippedSamples: detector.clippedSamples,
      recordings,
      silentS: silence.silentS,
    }),
  };
}

function toReadable(onset: SoundOnset): SoundOnset {
  return {
    levelDb: toTenths(onset.levelDb),
    peakDb: toTenths(onset.peakDb),
    thresholdDb: toTenths(onset.thresholdDb),
    noiseFloorDb: toTenths(onset.noiseFloorDb),
    durationMs: Math.ceil(onset.durationMs),
    onsetSample: onset.onsetSample,
  };
}

function toTenths(db: number): number {
  return Math.round(db * 10) / 10;
}
