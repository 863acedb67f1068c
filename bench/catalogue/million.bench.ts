// A catalogue as large as they come: built, opened, asked. The number of songs is the first
// argument, a file to keep them in for the next run the second. Needs about 1 GB of disk below the temporary folder, and ten minutes on a busy machine.
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openCatalogue } from "../../src/catalogue/catalogue.js";
import { readCurrent } from "../../src/catalogue/current.js";
import { catalogueFolder } from "../../src/catalogue/folders.js";
import { EarshotError } from "../../src/errors.js";
import { reportFigure } from "../figure.js";
import { measureBareIndex, vectorsOf } from "./bare-index.js";
import { measureLiveNode } from "./live-node.js";
import { measureLookups, measureNeighbours, measureOpening } from "./open-catalogue.js";
import { writeSongFile } from "./song-file.js";

const BENCH = "million";
const run = promisify(execFile);
const builder = fileURLToPath(new URL("million-build.js", import.meta.url));

async function main(): Promise<void> {
  const songs = Number(process.argv[2] ?? 1_000_000);
  const dataDir = mkdtempSync(join(tmpdir(), "earshot-million-"));
  try {
    const file = process.argv[3] ?? join(dataDir, "songs.csv");
    if (!existsSync(file)) await writeSongFile(file, songs);
    const build = await measureBuild(dataDir, file);
    const id = await readCurrent(dataDir);
    if (id === undefined) throw new EarshotError("internal", "the build made nothing live");
    const folder = catalogueFolder(dataDir, id);
    for (const name of ["songs.db", "index.hnsw"]) {
      reportFigure(BENCH, name, { value: statSync(join(folder, name)).size / 1e6, unit: "MB" });
    }
    await measureLiveNode({ bench: BENCH, dataDir, folder });
    await measureOpening(BENCH, folder);
    const catalogue = await openCatalogue(folder);
    const vectors = vectorsOf(catalogue);
    measureNeighbours(BENCH, catalogue, vectors);
    measureLookups(BENCH, catalogue);
    const bare = measureBareIndex(vectors, catalogue.manifest.dimensions);
    catalogue.close();
    for (const [figure, value] of Object.entries(bare)) {
      reportFigure(BENCH, `bare index, ${figure}`, { value, unit: "s" });
    }
    reportFigure(BENCH, "import to live against the bare index", {
      value: build.seconds / bare.seconds,
      unit: "x (at most 1.6)",
    });
    reportFigure(BENCH, "processor time of the import against that of the bare index", {
      value: build.cpu / bare.cpu,
      unit: "x",
    });
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** In a process of its own, for the sake of its memory. */
async function measureBuild(dataDir: string, file: string) {
  const args = ["--max-semi-space-size=4", builder, dataDir, file];
  const { stdout } = await run(process.execPath, args);
  const build: { seconds: number; cpu: number; peakMb: number } = JSON.parse(stdout);
  reportFigure(BENCH, "import to live", { value: build.seconds, unit: "s", cpu: build.cpu });
  reportFigure(BENCH, "import, peak memory", { value: build.peakMb, unit: "MB (at most 700)" });
  return build;
}

await main();
