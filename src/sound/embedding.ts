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
const defaultTempoLineShare = 0.25;

const tempo = "tempo";
const tempoDimensions = 3;
const fullTurn = 2 * Math.PI;

/** A diameter of 4 spreads: as far as any other value is let from the median. */
const mostRadius = 2;

/**
 * Measures the scale of a feature over all songs; tempo is measured in octaves (log2 of BPM),
 * because listeners hear ratios of tempo.
 *
 * @param values one per song, in the feature's unit; NaN is unknown
 */
export function fitFeature(name: string, values: Float32Array): ColumnFit {
  return fitColumn(name === tempo ? values.map(Math.log2) : values);
}

/**
 * Makes the embedding for a catalogue's features.
 *
 * Every feature is one dimension, tempo is three: a circle over log2(tempo), so that half and
 * double time fall on one point, and a weak line that tells them apart. The radius is such that a
 * small difference of tempo counts like the same difference in robust standard deviations.
 * An unknown value lies at the median, an unknown tempo too.
 */
export function createEmbedding(
  features: readonly ScaledFeature[],
  tempoLineShare = defaultTempoLineShare,
): Embedding {
  const hasTempo = features.some(({ name }) => name === tempo);
  return {
    dimensions: features.length + (hasTempo ? tempoDimensions - 1 : 0),
    embed(values, offset, into) {
      let dimension = 0;
      let position = offset;
      for (const feature of features) {
        const value = values[position] ?? Number.NaN;
        position += 1;
        if (feature.name === tempo) {
          embedTempo(value, { feature, lineShare: tempoLineShare, into, dimension });
          dimension += tempoDimensions;
        } else {
          into[dimension] = standardise(value, feature) * feature.weight;
          dimension += 1;
        }
      }
    },
  };
}

interface TempoPlace {
  readonly feature: ScaledFeature;
  readonly lineShare: number;
  readonly into: number[];
  readonly dimension: number;
}

function embedTempo(bpm: number, { feature, lineShare, into, dimension }: TempoPlace): void {
  const octaves = bpm > 0 ? Math.log2(bpm) : feature.centre;
  const slope = Math.sqrt(1 - lineShare ** 2) / feature.spread;
  const radius = Math.min(slope / fullTurn, mostRadius) * feature.weight;
  into[dimension] = radius * Math.cos(octaves * fullTurn);
  into[dimension + 1] = radius * Math.sin(octaves * fullTurn);
  into[dimension + 2] = standardise(octaves, feature) * feature.weight * lineShare;
}
