import { fromDbfs, silenceDb, toDbfs } from "./dbfs.js";
import { completeDetectorOptions, type DetectorOptions } from "./detector-options.js";
import { createFrameMeter } from "./frame-meter.js";
import { createNoiseFloor } from "./noise-floor.js";
import { createSoundTracker } from "./sound-tracker.js";
import { createThresholdRule } from "./threshold-rule.js";

/** A sound has begun. Told with the very frame that holds the onset; all levels are dBFS. */
export interface SoundOnset {
  /** RMS of the frame that holds the onset. */
  readonly levelDb: number;
  /** The largest sample of that frame. */
  readonly peakDb: number;
  /** The RMS that had to be reached. */
  readonly thresholdDb: number;
  readonly noiseFloorDb: number;
  /** How much of the sound has been heard so far: at most one frame. */
  readonly durationMs: number;
  /** Where it begins, in samples since the stream began. */
  readonly onsetSample: number;
}

/** The same sound, once it is over or has lasted for `maxDurationMs`; all levels are dBFS. */
export interface SoundEnd {
  /** The `onsetSample` of its onset. */
  readonly onsetSample: number;
  readonly durationMs: number;
  /** RMS of its loudest frame. */
  readonly levelDb: number;
  /** Its largest sample. */
  readonly peakDb: number;
}

/** Finds sounds in a stream of 16-bit mono samples. The sample count is its only clock. */
export interface Detector {
  /** Samples a second. */
  readonly rateHz: number;
  /** Reads samples in pieces of any length; calls `onOnset` and `onEnd` before it returns. */
  push(samples: Int16Array): void;
  /** Samples read since the stream began. */
  readonly position: number;
  /** The setting in force: `riseDb` (adaptive), `thresholdDb` (fixed), -41.4 dBFS (classic). */
  readonly threshold: number;
  /**
   * Changes that setting, clamped to its range; the noise floor and a sound under way are kept.
   * `classic` has nothing to set.
   *
   * @returns the value that now holds
   */
  setThreshold(db: number): number;
  /** The noise floor, dBFS; `silenceDb` before the first frame. */
  readonly noiseFloorDb: number;
  /** RMS of all whole frames since the last call, dBFS; `undefined` when there was none. */
  takeLevelDb(): number | undefined;
  /** Raw samples at either end of the scale since the detector was created. */
  readonly clippedSamples: number;
  /** A new stream begins: the position is 0, floor and filter are forgotten, settings stay. */
  reset(): void;
}

export interface DetectorDependencies {
  /** What is missing is the default, what is out of range is clamped: see `detectorRanges`. */
  readonly options?: Partial<DetectorOptions>;
  readonly onOnset: (onset: SoundOnset) => void;
  readonly onEnd?: (end: SoundEnd) => void;
}

/**
 * Creates a detector: frames → RMS and sample peak → noise floor → threshold → sounds.
 *
 * A sound that outlasts `maxDurationMs` becomes the background: the noise floor is taken from it, so
 * that a fan that starts is one event and a clap over the fan is another.
 */
export function createDetector(dependencies: DetectorDependencies): Detector {
  const options = completeDetectorOptions(dependencies.options);
  const { frameSamples, rateHz } = options;
  const toSamples = (ms: number): number => Math.round((ms * rateHz) / 1000);
  const toFrames = (ms: number): number => Math.max(1, Math.round(toSamples(ms) / frameSamples));
  const toMs = (samples: number): number => (samples * 1000) / rateHz;

  const meter = createFrameMeter({
    ...options,
    sumsMagnitudes: options.mode === "classic",
  });
  const floor = createNoiseFloor(toFrames(options.floorWindowMs), options.floorQuantile);
  const rule = createThresholdRule(options);
  const tracker = createSoundTracker({
    refractorySamples: toSamples(options.refractoryMs),
    maxSamples: toSamples(options.maxDurationMs),
  });
  const settleSamples = toSamples(options.settleMs);
  const { frame } = meter;

  const measurement = { levelDb: silenceDb, peakDb: silenceDb, rawMeanMagnitude: 0 };
  const sound = { onsetSample: 0, levelDb: silenceDb, peakDb: silenceDb };
  const level = { energy: 0, samples: 0 };
  let position = 0;
  let frameEnd = 0;
  let clippedSamples = 0;
  let thresholdDb = 0;
  let onsetMagnitude = 0;

  // From the frames before it, so that a sound cannot hide in the floor that it raises itself.
  function updateThreshold(): void {
    thresholdDb = rule.updateThreshold(floor.levelDb ?? 0);
    onsetMagnitude = fromDbfs(thresholdDb);
  }

  function measure(): void {
    measurement.levelDb = toDbfs(Math.sqrt(frame.energy / frameSamples));
    measurement.peakDb = toDbfs(Math.sqrt(frame.peakSquare));
    measurement.rawMeanMagnitude = frame.rawMagnitudes / frameSamples;
    level.energy += frame.energy;
    level.samples += frameSamples;
    clippedSamples += frame.clippedSamples;
  }

  function tellOnset(): void {
    sound.onsetSample = frameEnd - frameSamples + frame.onsetOffset;
    sound.levelDb = measurement.levelDb;
    sound.peakDb = measurement.peakDb;
    dependencies.onOnset({
      ...sound,
      thresholdDb,
      noiseFloorDb: floor.levelDb ?? silenceDb,
      durationMs: toMs(frameEnd - sound.onsetSample),
    });
  }

  function tellEnd(endSample: number): void {
    dependencies.onEnd?.({ ...sound, durationMs: toMs(endSample - sound.onsetSample) });
  }

  function follow(): void {
    const begins = frameEnd > settleSamples && rule.begins(measurement);
    const change = tracker.next(begins, rule.keeps(measurement), frameEnd);
    sound.levelDb = Math.max(sound.levelDb, measurement.levelDb);
    sound.peakDb = Math.max(sound.peakDb, measurement.peakDb);
    if (change === "onset") tellOnset();
    if (change === "end") tellEnd(tracker.lastLoudSample);
    if (change === "overlong") {
      tellEnd(frameEnd);
      floor.keepLast(toFrames(options.maxDurationMs));
    }
  }

  function finishFrame(): void {
    frameEnd += frameSamples;
    measure();
    follow();
    floor.add(measurement.levelDb);
    updateThreshold();
  }

  updateThreshold();
  return {
    rateHz,
    push(samples) {
      let index = 0;
      while (index < samples.length) {
        index = meter.read(samples, index, onsetMagnitude);
        if (frame.isComplete) finishFrame();
      }
      position += samples.length;
    },
    get position() {
      return position;
    },
    get threshold() {
      return rule.setting;
    },
    setThreshold(db) {
      rule.set(db);
      updateThreshold();
      return rule.setting;
    },
    get noiseFloorDb() {
      return floor.levelDb ?? silenceDb;
    },
    takeLevelDb() {
      if (level.samples === 0) return undefined;
      const taken = toDbfs(Math.sqrt(level.energy / level.samples));
      level.energy = 0;
      level.samples = 0;
      return taken;
    },
    get clippedSamples() {
      return clippedSamples;
    },
    reset() {
      meter.reset();
      floor.clear();
      tracker.reset();
      level.energy = 0;
      level.samples = 0;
      position = 0;
      frameEnd = 0;
      updateThreshold();
    },
  };
}
