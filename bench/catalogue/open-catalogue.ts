import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { type Catalogue, openCatalogue } from "../../src/catalogue/catalogue.js";
import { createNearestList } from "../../src/catalogue/nearest-list.js";
import { resolveTitle } from "../../src/titles/resolve.js";
import { reportFigure } from "../figure.js";
import { derivations } from "../titles/derive-queries.js";
import { createRandom } from "../titles/random.js";

const searches = 20_000;
const oracleSeeds = 600;
const lookupsOfKind = 500;

/** What a node's event loop notices of a catalogue that is opened and closed beside the live one. */
export async function measureOpening(bench: string, folder: string): Promise<void> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const started = performance.now();
  const catalogue = await openCatalogue(folder);
  reportFigure(bench, "opening", { value: performance.now() - started, unit: "ms" });
  await setTimeout(10);
  catalogue.close();
  await setTimeout(10);
  delay.disable();
  reportFigure(bench, "opening, longest block of the event loop", {
    value: delay.max / 1e6,
    unit: "ms (at most 50)",
  });
}

/** Time of the search alone, and how many of the nearest ten it finds. */
export function measureNeighbours(
  bench: string,
  catalogue: Catalogue,
  vectors: Float32Array,
): void {
  const random = createRandom(2);
  const times: number[] = [];
  for (let search = 0; search < searches * 2; search += 1) {
    const seed = random.below(catalogue.size);
    const started = performance.now();
    catalogue.nearest(seed, 10);
    if (search >= searches) times.push((performance.now() - started) * 1000);
  }
  reportTimes(bench, "index search", { times, unit: "µs" });
  let found = 0;
  for (let query = 0; query < oracleSeeds; query += 1) {
    const seed = random.below(catalogue.size);
    const farthest = tenthDistance(vectors, catalogue.manifest.dimensions, seed);
    const near = catalogue.nearest(seed, 10);
    found += near.filter(({ distance }) => distance <= farthest * 1.00001 + 1e-6).length;
  }
  const value = found / (oracleSeeds * 10);
  reportFigure(bench, "recall@10", { value, unit: "share (at least 0.999)", seeds: oracleSeeds });
}

/** By brute force: how far the tenth of the nearest is. */
function tenthDistance(vectors: Float32Array, dimensions: number, seed: number): number {
  const list = createNearestList(10);
  const from = seed * dimensions;
  for (let start = 0, row = 0; start < vectors.length; start += dimensions, row += 1) {
    let sum = 0;
    for (let i = 0; i < dimensions; i += 1) {
      sum += ((vectors[start + i] ?? 0) - (vectors[from + i] ?? 0)) ** 2;
    }
    if (row !== seed) list.offer(row, sum);
  }
  return list.neighbours().at(-1)?.distance ?? 0;
}

/** Titles as they are asked for; nothing else runs between two of them, so a time is a block. */
export function measureLookups(bench: string, catalogue: Catalogue): void {
  const { titles, size } = catalogue;
  for (const kind of ["exact", "title_by_artist", "one_typo", "two_typos", "partial"]) {
    const random = createRandom(5);
    const context = { random, titlesWithWords: () => 1, songCount: size };
    const times: number[] = [];
    while (times.length < lookupsOfKind) {
      const title = derivations[kind]?.(catalogue.song(random.below(size)), context);
      if (title === undefined) continue;
      const started = performance.now();
      resolveTitle(titles, { title });
      times.push(performance.now() - started);
    }
    reportTimes(bench, `title, ${kind}`, { times, unit: "ms" });
  }
}

function reportTimes(
  bench: string,
  figure: string,
  { times, unit }: { readonly times: number[]; readonly unit: string },
): void {
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? 0;
  for (const [name, share] of [
    ["median", 0.5],
    ["p99", 0.99],
    ["longest", 1],
  ] as const) {
    reportFigure(bench, `${figure}, ${name}`, { value: at(share), unit });
  }
}
