import { fullScale } from "./dbfs.js";

/**
 * How the detector decides that a sound has begun.
 *
 * `adaptive`: so many dB above the room's own noise floor. `fixed`: above a level in dBFS.
 * `classic`: the rule of the article this project began with, mean(|x|) × 2 > 500.
 */
export const detectorModes = ["adaptive", "fixed", "classic"] as const;

/** One of `detectorModes`. */
export type DetectorMode = (typeof detectorModes)[number];

/** A number that may be configured: where it starts, how far it may go, and what it means. */
export interface NumberRange {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly unit: string;
  readonly doc: string;
}

/**
 * Every number of the detector, in one place.
 *
 * "Trial" marks values that found 40 of 40 claps without a false event over backgrounds from -65
 * to -30 dBFS, a 15 dB step, a modulated tone, a DC offset and 50 Hz hum; `bench/mic` repeats it.
 */
export const detectorRanges = {
  rateHz: {
    default: 44_100,
    min: 8_000,
    max: 192_000,
    unit: "Hz",
    doc: "Samples a second. Source: the original article.",
  },
  frameSamples: {
    default: 2_048,
    min: 256,
    max: 8_192,
    unit: "samples",
    doc: "Length of one measurement; the default holds at 44.1 kHz, elsewhere the power of two nearest to its 46 ms. Source: the original article.",
  },
  riseDb: {
    default: 12,
    min: 3,
    max: 60,
    unit: "dB",
    doc: "Mode adaptive: RMS above the noise floor that begins a sound. Source: trial.",
  },
  thresholdDb: {
    default: -36,
    min: -90,
    max: 0,
    unit: "dBFS",
    doc: "Mode fixed: RMS that begins a sound. Source: about 5 dB above the article's rule.",
  },
  hysteresisDb: {
    default: 6,
    min: 0,
    max: 20,
    unit: "dB",
    doc: "A sound is over once RMS stays this far below the threshold. Source: trial.",
  },
  peakMarginDb: {
    default: 14,
    min: 6,
    max: 60,
    unit: "dB",
    doc: "A single sample this far above the threshold begins a sound too: a clap is shorter than a frame. Source: trial (26 dB above the floor).",
  },
  minLevelDb: {
    default: -70,
    min: -96,
    max: 0,
    unit: "dBFS",
    doc: "Mode adaptive: nothing below this RMS is a sound, however quiet the room. Source: trial.",
  },
  floorWindowMs: {
    default: 10_000,
    min: 1_000,
    max: 60_000,
    unit: "ms",
    doc: "How far back the noise floor looks. Source: trial.",
  },
  floorQuantile: {
    default: 0.3,
    min: 0.05,
    max: 0.5,
    unit: "of 1",
    doc: "The noise floor is this quantile of the frames' RMS in the window. Source: trial.",
  },
  refractoryMs: {
    default: 250,
    min: 0,
    max: 5_000,
    unit: "ms",
    doc: "Quiet that must pass before the next sound counts as a new one. Source: trial.",
  },
  maxDurationMs: {
    default: 2_000,
    min: 250,
    max: 60_000,
    unit: "ms",
    doc: "A sound that lasts longer is the room's new background. Source: trial.",
  },
  settleMs: {
    default: 500,
    min: 0,
    max: 5_000,
    unit: "ms",
    doc: "Nothing is reported this long after a capture begins: USB microphones click when opened, and the floor is not known yet. Source: ten frames, enough for a quantile.",
  },
  dcCutoffHz: {
    default: 15,
    min: 1,
    max: 100,
    unit: "Hz",
    doc: "Corner of the DC blocker; 15 Hz is R = 0.9979 at 44.1 kHz. Source: trial; J. O. Smith, Introduction to Digital Filters, DC Blocker.",
  },
} as const satisfies Record<string, NumberRange>;

/** The settings of one detector; units and limits in `detectorRanges`. */
export type DetectorOptions = { readonly mode: DetectorMode } & {
  readonly [K in keyof typeof detectorRanges]: number;
};

/** What `classic` compares with mean(|x|) × 2, in 16-bit steps. Source: the original article. */
export const classicLimit = 500;

/** `classicLimit` as the RMS of the sine that just reaches it (form factor π / (2√2)): -41.4 dBFS. */
export const classicThresholdDb =
  20 * Math.log10((classicLimit / 2) * (Math.PI / Math.SQRT2 / 2 / fullScale));

/** Fills in the defaults and brings every number into its range; what is not finite falls back. */
export function completeDetectorOptions(given: Partial<DetectorOptions> = {}): DetectorOptions {
  const pick = (key: keyof typeof detectorRanges): number =>
    clampToRange(detectorRanges[key], given[key] ?? detectorRanges[key].default);
  return {
    mode: given.mode ?? "adaptive",
    rateHz: pick("rateHz"),
    frameSamples:
      given.frameSamples === undefined
        ? defaultFrameSamples(pick("rateHz"))
        : Math.round(pick("frameSamples")),
    riseDb: pick("riseDb"),
    thresholdDb: pick("thresholdDb"),
    hysteresisDb: pick("hysteresisDb"),
    peakMarginDb: pick("peakMarginDb"),
    minLevelDb: pick("minLevelDb"),
    floorWindowMs: pick("floorWindowMs"),
    floorQuantile: pick("floorQuantile"),
    refractoryMs: pick("refractoryMs"),
    maxDurationMs: pick("maxDurationMs"),
    settleMs: pick("settleMs"),
    dcCutoffHz: pick("dcCutoffHz"),
  };
}

/** The frame of the same duration at another rate; a power of two, as at 44.1 kHz. */
function defaultFrameSamples(rateHz: number): number {
  const { frameSamples, rateHz: rate } = detectorRanges;
  const samples = (rateHz * frameSamples.default) / rate.default;
  return clampToRange(frameSamples, 2 ** Math.round(Math.log2(samples)));
}

/** The nearest value inside the range; the default when the value is not a finite number. */
export function clampToRange(range: NumberRange, value: number): number {
  if (!Number.isFinite(value)) return range.default;
  return Math.min(range.max, Math.max(range.min, value));
}
