import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import hnswlib from "hnswlib-node";
import { buildCatalogue } from "../../src/catalogue/build.js";
import { type Catalogue, openCatalogue } from "../../src/catalogue/catalogue.js";
import { catalogueFolder } from "../../src/catalogue/folders.js";
import { createEmbedding } from "../../src/sound/embedding.js";
import { createRandom } from "../titles/random.js";
import { generateSongs } from "./generate.js";
import { scanNearest } from "./scan-nearest.js";
import { reportFigure } from "../figure.js";

const BENCH = "catalogue";
const QUERIES = 20_000;
const ORACLE_QUERIES = 500;

/** Builds, opens and asks a catalogue of invented songs; their number is the first argument. */
async function main(): Promise<void> {
  const songs = Number(process.argv[2] ?? 100_000);
  const dataDir = mkdtempSync(join(tmpdir(), "earshot-bench-"));
  try {
    const catalogue = await measureBuild(dataDir, songs);
    measureBareIndex(catalogue, songs);
    measureSearch(catalogue, songs);
    measureRecall(catalogue, songs);
    catalogue.close();
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Time on the wall, and on the processor, which a busy machine does not falsify. */
function startClock() {
  const started = performance.now();
  const usage = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(usage);
    return { value: (performance.now() - started) / 1000, unit: "s", cpu: (user + system) / 1e6 };
  };
}

async function measureBuild(dataDir: string, songs: number): Promise<Catalogue> {
  const log = { debug() {}, info() {}, warn: console.error, error: console.error };
  const source = { name: "invented", sha256: "0".repeat(64) };
  const rows = generateSongs(songs);
  const clock = startClock();
  const manifest = await buildCatalogue({ dataDir, name: "bench", songs: rows, source, log });
  reportFigure(BENCH, "build", { ...clock(), songs });
  const folder = catalogueFolder(dataDir, manifest);
  for (const [file, seal] of Object.entries(manifest.files)) {
    reportFigure(BENCH, file, { value: (seal?.bytes ?? 0) / 1e6, unit: "MB", songs });
  }
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const opened = performance.now();
  const catalogue = await openCatalogue(folder);
  reportFigure(BENCH, "open", { value: performance.now() - opened, unit: "ms", songs });
  const grown = (process.memoryUsage().rss - before) / 1e6;
  reportFigure(BENCH, "memory grown by opening", { value: grown, unit: "MB", songs });
  return catalogue;
}

/** The same vectors added to a bare index: what the build cannot be faster than. */
function measureBareIndex(catalogue: Catalogue, songs: number): void {
  const { dimensions, features, points } = catalogue.manifest;
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
  const clock = startClock();
  for (const [label, vector] of vectors.entries()) graph.addPoint(vector, label);
  reportFigure(BENCH, "bare index build", { ...clock(), songs, points });
}

function measureSearch(catalogue: Catalogue, songs: number): void {
  const random = createRandom(2);
  const searches: number[] = [];
  const questions: number[] = [];
  for (let query = 0; query < QUERIES * 2; query++) {
    const seed = random.below(catalogue.size);
    const started = performance.now();
    const found = catalogue.nearest(seed, 24);
    const searched = performance.now();
    catalogue.songs(found.slice(0, 10).map(({ ordinal }) => ordinal));
    const ended = performance.now();
    if (query < QUERIES) continue;
    searches.push((searched - started) * 1000);
    questions.push((ended - started) * 1000);
  }
  for (const [figure, times] of [
    ["nearest 24", searches],
    ["nearest 24 and 10 songs", questions],
  ] as const) {
    times.sort((a, b) => a - b);
    const at = (share: number) => times[Math.floor(times.length * share)] ?? 0;
    reportFigure(BENCH, `${figure}, median`, { value: at(0.5), unit: "µs", songs });
    reportFigure(BENCH, `${figure}, p99`, { value: at(0.99), unit: "µs", songs });
  }
}

function measureRecall(catalogue: Catalogue, songs: number): void {
  const random = createRandom(3);
  let found = 0;
  let scanMs = 0;
  for (let query = 0; query < ORACLE_QUERIES; query++) {
    const seed = random.below(catalogue.size);
    const started = performance.now();
    const exact = scanNearest(catalogue, seed, { count: 10 });
    scanMs += performance.now() - started;
    const farthest = exact.at(-1)?.distance ?? 0;
    const near = catalogue.nearest(seed, 10);
    found += near.filter(({ distance }) => distance <= farthest * 1.00001 + 1e-6).length;
  }
  const value = found / (ORACLE_QUERIES * 10);
  reportFigure(BENCH, "recall@10", { value, unit: "share", songs });
  reportFigure(BENCH, "scan", { value: scanMs / ORACLE_QUERIES, unit: "ms", songs });
}

await main();
