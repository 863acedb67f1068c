import { createEmbedding, fitFeature, type ScaledFeature } from "../sound/embedding.js";
import { featureOf } from "../sound/features.js";
import type { DropReason } from "../sound/scaling.js";
import type { FeatureColumns } from "./feature-columns.js";

/** The features by which a catalogue's songs are compared, and those that tell nothing. */
export interface FittedFeatures {
  readonly features: readonly (ScaledFeature & { readonly unit: string })[];
  readonly dropped: readonly { readonly name: string; readonly reason: DropReason }[];
}

/** Measures every column. */
export function fitFeatures(columns: FeatureColumns): FittedFeatures {
  const features: FittedFeatures["features"][number][] = [];
  const dropped: FittedFeatures["dropped"][number][] = [];
  for (const name of columns.names) {
    const fit = fitFeature(name, columns.column(name));
    if (fit.kind === "dropped") {
      dropped.push({ name, reason: fit.reason });
      continue;
    }
    const { unit, weight } = featureOf(name);
    features.push({ name, unit, ...fit.scale, weight });
  }
  return { features, dropped };
}

/** Puts columns side by side: song after song, as they are kept and searched. */
export function interleave(columns: FeatureColumns, names: readonly string[]): Float32Array {
  const first = columns.column(names[0] ?? "");
  const rows = new Float32Array(first.length * names.length);
  for (const [index, name] of names.entries()) {
    const column = columns.column(name);
    for (let row = 0; row < column.length; row++) {
      rows[row * names.length + index] = column[row] ?? Number.NaN;
    }
  }
  return rows;
}

/** The vectors of all songs, one after the other, in memory that threads can share. */
export function embedAll(
  rows: Float32Array,
  features: readonly ScaledFeature[],
): { readonly vectors: Float32Array; readonly dimensions: number } {
  const embedding = createEmbedding(features);
  const { dimensions } = embedding;
  const count = rows.length / features.length;
  const bytes = count * dimensions * Float32Array.BYTES_PER_ELEMENT;
  const vectors = new Float32Array(new SharedArrayBuffer(bytes));
  const vector: number[] = Array.from({ length: dimensions }, () => 0);
  for (let row = 0; row < count; row++) {
    embedding.embed(rows, row * features.length, vector);
    vectors.set(vector, row * dimensions);
  }
  return { vectors, dimensions };
}
