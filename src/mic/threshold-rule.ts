import {
  clampToRange,
  classicLimit,
  classicThresholdDb,
  detectorRanges,
  type DetectorMode,
  type DetectorOptions,
} from "./detector-options.js";

/** One frame as the rules see it. */
export interface Measurement {
  /** RMS, dBFS. */
  readonly levelDb: number;
  /** The largest sample, dBFS. */
  readonly peakDb: number;
  /** Mean magnitude of the raw samples, 16-bit steps. */
  readonly rawMeanMagnitude: number;
}

/** Decides which frames begin a sound and which belong to one: hysteresis lies between the two. */
export interface ThresholdRule {
  /** What a user sets: dB above the floor (adaptive) or dBFS. */
  readonly setting: number;
  /** Changes the setting, clamped to its range. */
  set(db: number): void;
  /** The RMS to reach over this noise floor, dBFS; also what `begins` and `keeps` go by next. */
  updateThreshold(floorDb: number): number;
  begins(measurement: Measurement): boolean;
  keeps(measurement: Measurement): boolean;
}

/** The rule of `options.mode`. */
export function createThresholdRule(options: DetectorOptions): ThresholdRule {
  return createRuleOf[options.mode](options);
}

const createRuleOf: Record<DetectorMode, (options: DetectorOptions) => ThresholdRule> = {
  adaptive: createAdaptiveRule,
  fixed: createFixedRule,
  classic: () => classicRule,
};

function createAdaptiveRule(options: DetectorOptions): ThresholdRule {
  const { minLevelDb, hysteresisDb, peakMarginDb } = options;
  let { riseDb } = options;
  let thresholdDb = 0;
  return {
    get setting() {
      return riseDb;
    },
    set(db) {
      riseDb = clampToRange(detectorRanges.riseDb, db);
    },
    updateThreshold(floorDb) {
      thresholdDb = Math.max(minLevelDb, floorDb + riseDb);
      return thresholdDb;
    },
    begins: ({ levelDb, peakDb }) =>
      levelDb >= thresholdDb || (peakDb >= thresholdDb + peakMarginDb && levelDb >= minLevelDb),
    keeps: ({ levelDb }) => levelDb >= thresholdDb - hysteresisDb,
  };
}

function createFixedRule(options: DetectorOptions): ThresholdRule {
  const { hysteresisDb, peakMarginDb } = options;
  let { thresholdDb } = options;
  return {
    get setting() {
      return thresholdDb;
    },
    set(db) {
      thresholdDb = clampToRange(detectorRanges.thresholdDb, db);
    },
    updateThreshold: () => thresholdDb,
    begins: ({ levelDb, peakDb }) => levelDb >= thresholdDb || peakDb >= thresholdDb + peakMarginDb,
    keeps: ({ levelDb }) => levelDb >= thresholdDb - hysteresisDb,
  };
}

/** The article's rule as it stands: no DC blocker, no hysteresis, nothing to set. */
const classicRule: ThresholdRule = {
  setting: classicThresholdDb,
  set() {},
  updateThreshold: () => classicThresholdDb,
  begins: isLoudByTheArticle,
  keeps: isLoudByTheArticle,
};

function isLoudByTheArticle({ rawMeanMagnitude }: Measurement): boolean {
  return rawMeanMagnitude * 2 > classicLimit;
}
