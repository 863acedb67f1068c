import { rmSync, mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDatabase } from "../../src/storage/sqlite.js";
import { resolveTitle } from "../../src/titles/resolve.js";
import { openTitleIndex } from "../../src/titles/title-index.js";
import { createTitleTables } from "../../src/titles/title-storage.js";
import { createTitleWriter } from "../../src/titles/title-writer.js";
import { derivations } from "./derive-queries.js";
import { generateSongs } from "./generate.js";
import { createRandom } from "./random.js";

/** Build time, size on disk, memory and time per query over generated songs. */
const songCount = Number(process.env["EARSHOT_BENCH_SONGS"] ?? 100_000);
const queriesPerKind = Number(process.env["EARSHOT_BENCH_QUERIES"] ?? 500);
const kinds = ["exact", "title_by_artist", "one_typo", "two_typos", "partial"];
const folder = mkdtempSync(join(tmpdir(), "earshot-titles-"));
const path = join(folder, "songs.db");

try {
  await measure();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(): Promise<void> {
  const db = openDatabase(path);
  db.exec("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF");
  db.exec("CREATE TABLE texts(ordinal INTEGER PRIMARY KEY, title TEXT, artist TEXT)");
  db.exec("BEGIN");
  const insert = db.prepare("INSERT INTO texts VALUES (?, ?, ?)");
  for (const song of generateSongs({ count: songCount })) {
    insert.run(song.ordinal, song.title, song.artist);
  }
  db.exec("COMMIT");
  const sizeBefore = statSync(path).size;
  createTitleTables(db);
  const rssBefore = process.memoryUsage().rss;
  const generated = generateSongs({ count: songCount });
  let writing = 0;
  const writer = createTitleWriter(db);
  for (const song of generated) {
    const start = performance.now();
    writer.add(song);
    writing += performance.now() - start;
  }
  const start = performance.now();
  writer.finish();
  report("add", writing / 1000, "s");
  report("finish", (performance.now() - start) / 1000, "s");
  report("build_memory", (process.memoryUsage().rss - rssBefore) / 2 ** 20, "MB");
  db.close();
  report("disk", (statSync(path).size - sizeBefore) / 2 ** 20, "MB");
  await query();
}

async function query(): Promise<void> {
  const db = openDatabase(path, { readonly: true });
  const select = db.prepare("SELECT title, artist FROM texts WHERE ordinal = ?");
  const songText = (ordinal: number) => {
    const [title, artist] = select.get(ordinal) ?? [];
    return { title: String(title), artist: String(artist) };
  };
  await collectGarbage();
  const before = process.memoryUsage();
  const opening = performance.now();
  const index = openTitleIndex({ db, songText });
  report("open", performance.now() - opening, "ms");
  await collectGarbage();
  const after = process.memoryUsage();
  report("arrays", (after.arrayBuffers - before.arrayBuffers) / 2 ** 20, "MB");
  report("heap", (after.heapUsed - before.heapUsed) / 2 ** 20, "MB");
  for (const kind of kinds) timeKind(kind, index, songText);
  timeKind("absent", index, songText);
  db.close();
}

/** Needs `node --expose-gc`; buffers of the database are freed a turn of the event loop later. */
async function collectGarbage(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

function timeKind(
  kind: string,
  index: ReturnType<typeof openTitleIndex>,
  songText: (ordinal: number) => { readonly title: string; readonly artist: string },
): void {
  const random = createRandom(99);
  const derive = derivations[kind] ?? (({ title }) => title.replaceAll(/[aeiou]/gu, "x"));
  const context = { random, titlesWithWords: () => 1, songCount };
  const times: number[] = [];
  let accepted = 0;
  for (let tries = 0; tries < 20 * queriesPerKind && times.length < queriesPerKind; tries += 1) {
    const title = derive(songText(random.below(songCount)), context);
    if (title === undefined) continue;
    const start = performance.now();
    const resolution = resolveTitle(index, { title });
    times.push(performance.now() - start);
    if (resolution.outcome === "accepted") accepted += 1;
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(share * (times.length - 1))] ?? 0;
  report(`${kind}_p50`, at(0.5), "ms");
  report(`${kind}_p99`, at(0.99), "ms");
  report(`${kind}_max`, at(1), "ms");
  report(`${kind}_accepted`, (100 * accepted) / Math.max(1, times.length), "%");
}

function report(figure: string, value: number, unit: string): void {
  const rounded = Number(value.toPrecision(4));
  console.log(JSON.stringify({ bench: "titles", figure, value: rounded, unit, songs: songCount }));
}
