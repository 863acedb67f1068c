import { type ColumnFit, type ColumnScale, fitColumn, standardise } from "./scaling.js";

/** A feature as one catalogue measures it: its scale over all songs, and how much it counts. */
export interface ScaledFeature extends ColumnScale {
  readonly name: string;
  readonly weight: number;
}

/** Turns the features of a song into the vector by which songs are compared. */
export interface Embedding {
  readonly dimensions: number;
  /**
   * Writes the vector of one song into `into[0 .. dimensions - 1]`, in robust standard deviations.
   *
   * @param values the song's features from `offset` on, in the order of the scaled features; NaN
   *   is unknown
   */
  embed(values: ArrayLike<number>, offset: number, into: number[]): void;
}

/**
 * The share of a small tempo difference that the octave-blind circle does not carry: 60 and
 * 120 BPM are near, but not equal. Measured, see docs/decisions.
 */
const DEFAULT_TEMPO_LINE_SHARE = 0.25;

const TEMPO = "tempo";
const TEMPO_DIMENSIONS = 3;
const FULL_TURN = 2 * Math.PI;

/**
 * Measures the scale of a feature over all songs; tempo is measured in octaves (log2 of BPM),
 * because listeners hear ratios of tempo.
 *
 * @param values one per song, in the feature's unit; NaN is unknown
 */
export function fitFeature(name: string, values: Float32Array): ColumnFit {
  return fitColumn(name === TEMPO ? values.map(Math.log2) : values);
}

/**
 * Makes the embedding for a catalogue's features.
 *
 * Every feature is one dimension, tempo is three: a circle over log2(tempo), so that half and
 * double time fall on one point, and a weak line that tells them apart. The radius is such that a
 * small difference of tempo counts like the same difference in robust standard deviations.
 * An unknown value lies at the median, an unknown tempo in the middle of the circle.
 */
export function createEmbedding(
  features: readonly ScaledFeature[],
  tempoLineShare = DEFAULT_TEMPO_LINE_SHARE,
): Embedding {
  const hasTempo = features.some(({ name }) => name === TEMPO);
  const circleShare = Math.sqrt(1 - tempoLineShare ** 2);
  return {
    dimensions: features.length + (hasTempo ? TEMPO_DIMENSIONS - 1 : 0),
    embed(values, offset, into) {
      let dimension = 0;
      for (let i = 0; i < features.length; i++) {
        const feature = features[i];
        if (feature === undefined) continue;
        const value = values[offset + i] ?? Number.NaN;
        if (feature.name !== TEMPO) {
          into[dimension++] = standardise(value, feature) * feature.weight;
          continue;
        }
        const octaves = Math.log2(value);
        const isKnown = Number.isFinite(octaves);
        const radius = isKnown ? (feature.weight * circleShare) / (feature.spread * FULL_TURN) : 0;
        into[dimension++] = isKnown ? radius * Math.cos(octaves * FULL_TURN) : 0;
        into[dimension++] = isKnown ? radius * Math.sin(octaves * FULL_TURN) : 0;
        into[dimension++] = standardise(octaves, feature) * feature.weight * tempoLineShare;
      }
    },
  };
}
