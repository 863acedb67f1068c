// How fast song files are read, and in how much memory: `npm run bench -- import/read`. Each kind of
// file in a process of its own, so that its peak memory is its own.
import { spawnSync } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { createGzip } from "node:zlib";
import { openSources } from "../../src/import/source/open.js";
import { summaryOf, writeHdf5 } from "../../test/import/format/hdf5-files.js";
import { createRandom } from "../titles/random.js";
import { reportFigure } from "../figure.js";

const BENCH = "import/read";
const rows = 500_000;
/** The library keeps what it writes in memory. */
const hdf5Rows = 20_000;

type Line = (row: number, random: () => number) => string;

const number = (random: () => number) => (random() * 200).toFixed(3);
const numbers = (count: number, random: () => number) =>
  Array.from({ length: count }, () => number(random)).join(",");

/** One line of each kind of file, after its header. */
const kinds: Readonly<Record<string, { readonly header: string; readonly line: Line }>> = {
  "seven columns": {
    header: "artist_name,title,year,tempo,energy,danceability,loudness",
    line: (row, random) => `Artist ${row % 5000},Some title ${row},1999,${numbers(4, random)}`,
  },
  "RFC 4180 quotes": {
    header: "artist,title,year,tempo,energy,danceability,loudness",
    line: (row, random) =>
      `"Artist, ${row % 5000}","Some ""title"" ${row}",1999,${numbers(4, random)}`,
  },
  "Python bytes": {
    header: "n,Title,Artist,tempo,energy",
    line: (row, random) => `${row},"b"I Don't ${row}"","b'Artist'",${numbers(2, random)}`,
  },
  "34 columns unquoted": {
    header: `%genre,track_id,artist_name,title,${Array.from({ length: 30 }, (_, n) => `f${n}`).join(",")}`,
    line: (row, random) => `folk,TR${row},Artist,Some "title" ${row},${numbers(30, random)}`,
  },
  "JSON lines": {
    header: "",
    line: (row, random) =>
      JSON.stringify({ title: `T ${row}`, artists: [{ name: "A" }], audio: { tempo: random() } }),
  },
};

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "earshot-bench-"));
  try {
    for (const [kind, { header, line }] of Object.entries(kinds)) {
      const path = join(folder, "songs.txt");
      const generator = createRandom(1);
      const random = () => generator.next();
      const lines = function* () {
        if (header !== "") yield `${header}\n`;
        for (let row = 0; row < rows; row++) yield `${line(row, random)}\n`;
      };
      await pipeline(Readable.from(lines()), createWriteStream(path));
      measureInChild(kind, path);
      if (kind !== "seven columns") continue;
      await pipeline(Readable.from(lines()), createGzip({ level: 1 }), createWriteStream(path));
      measureInChild(`${kind}, gzip`, path);
    }
    const path = join(folder, "summary.h5");
    await writeHdf5(path, summaryOf(hdf5Rows));
    measureInChild("HDF5 summary", path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measureInChild(kind: string, path: string): void {
  const here = fileURLToPath(import.meta.url);
  spawnSync(process.execPath, [here, kind, path], { stdio: "inherit" });
}

async function measure(kind: string, path: string): Promise<void> {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const { signal } = new AbortController();
  const started = performance.now();
  const usage = process.cpuUsage();
  let read = 0;
  for await (const source of openSources(path, { cacheDir: tmpdir(), signal, log })) {
    for await (const batch of (await source.table()).batches) read += batch.rows.length;
  }
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(usage);
  const details = { kind, rows: read, cpu: Number(((user + system) / 1e6).toFixed(2)) };
  reportFigure(BENCH, "rows", { value: read / seconds, unit: "1/s", ...details });
  const peak = process.resourceUsage().maxRSS / 1000;
  reportFigure(BENCH, "peak memory", { value: peak, unit: "MB", kind });
}

const [kind, path] = process.argv.slice(2);
if (kind !== undefined && path !== undefined) await measure(kind, path);
else await main();
