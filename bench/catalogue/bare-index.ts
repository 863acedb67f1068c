import hnswlib from "hnswlib-node";
import type { Catalogue } from "../../src/catalogue/catalogue.js";
import { linkIdentical } from "../../src/catalogue/identical-vectors.js";
import { createEmbedding } from "../../src/sound/embedding.js";

/** The vectors of all songs, one after the other. */
export function vectorsOf(catalogue: Catalogue): Float32Array {
  const { manifest, size } = catalogue;
  const { dimensions, features } = manifest;
  const embedding = createEmbedding(features);
  const vectors = new Float32Array(size * dimensions);
  const vector: number[] = Array.from({ length: dimensions }, () => 0);
  for (let ordinal = 0; ordinal < size; ordinal++) {
    const values = features.map(({ name }) => catalogue.valueOf(ordinal, name) ?? Number.NaN);
    embedding.embed(values, 0, vector);
    vectors.set(vector, ordinal * dimensions);
  }
  return vectors;
}

/** The different vectors added to a bare index, in the order of the songs, with our parameters. */
export function measureBareIndex(
  vectors: Float32Array,
  dimensions: number,
): { readonly seconds: number; readonly cpu: number } {
  const { firsts } = linkIdentical(vectors, dimensions);
  const points = Array.from(firsts, (row) =>
    Array.from(vectors.subarray(row * dimensions, (row + 1) * dimensions)),
  );
  const graph = new hnswlib.HierarchicalNSW("l2", dimensions);
  graph.initIndex({ maxElements: points.length, m: 12, efConstruction: 200 });
  const started = performance.now();
  const usage = process.cpuUsage();
  for (const [label, point] of points.entries()) graph.addPoint(point, label);
  const { user, system } = process.cpuUsage(usage);
  return { seconds: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
}
