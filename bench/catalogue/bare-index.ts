import hnswlib from "hnswlib-node";
import type { Catalogue } from "../../src/catalogue/catalogue.js";
import { createEmbedding } from "../../src/sound/embedding.js";

/** The catalogue's vectors added to a bare index, in the order of its songs, with its parameters. */
export function measureBareIndex(catalogue: Catalogue): { seconds: number; cpu: number } {
  const { dimensions, features } = catalogue.manifest;
  const embedding = createEmbedding(features);
  const seen = new Set<string>();
  const vectors: number[][] = [];
  for (let ordinal = 0; ordinal < catalogue.size; ordinal++) {
    const values = features.map(({ name }) => catalogue.valueOf(ordinal, name) ?? Number.NaN);
    const key = values.join();
    if (seen.has(key)) continue;
    seen.add(key);
    const vector: number[] = [];
    embedding.embed(values, 0, vector);
    vectors.push(vector);
  }
  const graph = new hnswlib.HierarchicalNSW("l2", dimensions);
  graph.initIndex({ maxElements: vectors.length, m: 12, efConstruction: 100 });
  const started = performance.now();
  const usage = process.cpuUsage();
  for (const [label, vector] of vectors.entries()) graph.addPoint(vector, label);
  const { user, system } = process.cpuUsage(usage);
  return { seconds: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
}
