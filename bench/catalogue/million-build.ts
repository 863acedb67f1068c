// Imports one song file as `earshot import` does, in a process of its own, and prints what it took.
import { buildInThread } from "../../src/catalogue/build-in-thread.js";
import { makeLive } from "../../src/catalogue/store.js";
import { sha256OfText } from "../../src/storage/durable-files.js";

const [dataDir = "", path = ""] = process.argv.slice(2);
const log = { debug() {}, info() {}, warn: console.error, error: console.error };
const started = performance.now();
const marks: Record<string, number> = {};
const { manifest } = await buildInThread(
  {
    dataDir,
    name: "million",
    songs: {
      module: new URL("../../src/import/open-songs.js", import.meta.url).href,
      input: {
        locations: [path],
        map: [],
        cacheDir: dataDir,
        source: { name: "generated", sha256: sha256OfText(path) },
      },
    },
  },
  {
    log,
    onProgress(progress) {
      if (progress.from !== "build") return;
      marks[progress.progress.stage] = (performance.now() - started) / 1000;
    },
  },
);
await makeLive({ dataDir, built: manifest, log });
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage();
const peakMb = process.resourceUsage().maxRSS / 1024;
console.log(
  JSON.stringify({ seconds, cpu: (user + system) / 1e6, peakMb, marks, points: manifest.points }),
);
