/** How a change of a feature is said to a person, in the feature's own unit. */
export interface FeatureWords {
  /** The feature as a noun: "same energy". */
  readonly noun: string;
  /** A rise and a fall: "a little louder", "more energy". */
  readonly more: string;
  readonly less: string;
  /** Up to this difference two songs are called the same. */
  readonly same: number;
  /** Up to this difference "a little" is said, above `much` "much". */
  readonly little: number;
  readonly much: number;
}

/** What is known about one measurable property of a song's sound. */
export interface Feature {
  readonly name: string;
  /** Shown to people: "BPM", "dB", "0..1", or "" where the source gives none. */
  readonly unit: string;
  /** Values outside [least, most] are mistakes of the source, not music. */
  readonly least: number;
  readonly most: number;
  /** How much a difference of one robust standard deviation counts; 1 is the rule. */
  readonly weight: number;
  /** Absent where a difference means nothing to a person; tempo has words of its own. */
  readonly words?: FeatureWords;
}

const zeroToOne = { unit: "0..1", least: 0, most: 1, weight: 1 } as const;
const steps = { same: 0.05, little: 0.15, much: 0.35 } as const;

/**
 * What hardly tells genres apart may not drown what does: liveness at full weight costs 0.012 of
 * the share of neighbours of one genre, at this weight 0.001 (docs/decisions, 2026-11-23).
 */
const slightWeight = 0.25;

/**
 * Twenty-four columns of timbre count together for as much as six others: as good as at full
 * weight by genre (0.719 against 0.716), and tempo and loudness are still heard.
 */
const numberedWeight = 0.5;

/**
 * The features that Earshot knows by name, the most telling first.
 *
 * Ranges are the definitions of The Echo Nest and of Spotify's audio features; tempo and loudness
 * are what real song files hold (loudness above 0 dB is real).
 */
export const knownFeatures: readonly Feature[] = [
  { name: "tempo", unit: "BPM", least: 10, most: 400, weight: 1 },
  {
    ...zeroToOne,
    name: "energy",
    words: { noun: "energy", more: "more energy", less: "less energy", ...steps },
  },
  {
    ...zeroToOne,
    name: "danceability",
    words: { noun: "danceability", more: "more danceable", less: "less danceable", ...steps },
  },
  {
    name: "loudness",
    unit: "dB",
    least: -80,
    most: 10,
    weight: 1,
    words: {
      noun: "loudness",
      more: "louder",
      less: "quieter",
      same: 1,
      little: 3,
      much: 8,
    },
  },
  {
    ...zeroToOne,
    name: "valence",
    words: { noun: "mood", more: "brighter mood", less: "darker mood", ...steps },
  },
  {
    ...zeroToOne,
    name: "acousticness",
    words: { noun: "acousticness", more: "more acoustic", less: "less acoustic", ...steps },
  },
  {
    ...zeroToOne,
    name: "instrumentalness",
    words: { noun: "share of vocals", more: "more instrumental", less: "more vocal", ...steps },
  },
  {
    ...zeroToOne,
    name: "speechiness",
    words: { noun: "share of speech", more: "more spoken", less: "less spoken", ...steps },
  },
  { ...zeroToOne, name: "liveness", weight: slightWeight },
  { name: "mode", unit: "0 minor, 1 major", least: 0, most: 1, weight: slightWeight },
  { name: "time_signature", unit: "beats", least: 1, most: 16, weight: slightWeight },
  // Three other scales of loudness, each only comparable with itself.
  { name: "average_loudness", unit: "0..1", least: 0, most: 1, weight: 1 },
  { name: "loudness_ebu128", unit: "LUFS", least: -80, most: 10, weight: 1 },
  { name: "loudness_positive", unit: "dB, unsigned", least: 0, most: 100, weight: 1 },
];

const featuresByName = new Map(knownFeatures.map((feature) => [feature.name, feature]));

/** Numbered features, such as timbre, cepstrum and chroma, of which a file has a dozen or two. */
const numbered = /[a-z]_?\d{1,3}(?:_(?:mean|var|std))?$/u;

/** Any other numeric column, such as the timbre means and variances of the Million Song Dataset. */
function genericFeature(name: string): Feature {
  const weight = numbered.test(name) ? numberedWeight : 1;
  return { name, unit: "", least: -Infinity, most: Infinity, weight };
}

/** The feature of that name; a name that Earshot does not know is a feature without a unit. */
export function featureOf(name: string): Feature {
  return featuresByName.get(name) ?? genericFeature(name);
}
