import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openDatabase } from "../../src/storage/sqlite.js";
import { startBenchNode } from "../bench-node.js";
import { reportFigure } from "../figure.js";
import { connectAsker } from "../query/asker.js";
import { createRandom } from "../titles/random.js";
import { askInParallel } from "./crowd.js";
import { writeSongFile } from "./song-file.js";

const mixedQueries = 10_000;
const songsBeside = 200_000;
const builder = fileURLToPath(new URL("million-build.js", import.meta.url));

/** The real program on the catalogue: when it is ready, what it keeps, and how it bears a crowd. */
export async function measureLiveNode(options: {
  readonly bench: string;
  readonly dataDir: string;
  /** Of the catalogue. */
  readonly folder: string;
}): Promise<void> {
  const { bench, dataDir, folder } = options;
  const started = performance.now();
  const node = await startBenchNode({
    EARSHOT_DATA_DIR: dataDir,
    EARSHOT_MIC_ENABLED: "false",
    EARSHOT_RECOMMENDER_RATE_LIMIT: "0",
  });
  const ready = { value: (performance.now() - started) / 1000, unit: "s (at most 4)" };
  reportFigure(bench, "start to online", ready);
  try {
    const questions = createQuestions(folder);
    const asker = await connectAsker(node.port);
    for (let query = 0; query < mixedQueries; query += 1) await asker.ask(questions.mixed());
    await asker.end();
    const value = residentMb(node.child.pid);
    reportFigure(bench, "resident after 10,000 mixed queries", { value, unit: "MB (at most 350)" });
    const alone = await askInParallel(node.port, questions.hit);
    reportFigure(bench, "hit, 64 in flight from 20 clients, median", {
      value: alone.medianMs,
      unit: "ms",
    });
    reportFigure(bench, "hit, 64 in flight from 20 clients, p99", {
      value: alone.p99Ms,
      unit: "ms",
    });
    reportFigure(bench, "p99 against median", {
      value: alone.p99Ms / alone.medianMs,
      unit: "x (at most 5)",
    });
    const meanwhile = await askDuringImport(options, () => askInParallel(node.port, questions.hit));
    reportFigure(bench, "p99 while an import runs", { value: meanwhile, unit: "ms" });
    reportFigure(bench, "p99 while an import runs, against alone", {
      value: meanwhile / alone.p99Ms,
      unit: "x (at most 2)",
    });
    questions.close();
  } finally {
    node.child.kill("SIGTERM");
    await once(node.child, "exit");
  }
}

/** p99 over as many rounds of questions as fit into an import beside the node. */
async function askDuringImport(
  { dataDir }: { readonly dataDir: string },
  ask: () => Promise<{ readonly p99Ms: number }>,
): Promise<number> {
  const songs = join(dataDir, "beside.csv");
  await writeSongFile(songs, songsBeside);
  const args = ["-n", "10", process.execPath, builder, join(dataDir, "beside"), songs];
  const child = spawn("nice", args, { stdio: "ignore" });
  const ended = once(child, "exit");
  const rounds: number[] = [];
  do rounds.push((await ask()).p99Ms);
  while (child.exitCode === null && child.signalCode === null);
  await ended;
  rounds.sort((a, b) => a - b);
  return rounds[rounds.length >> 1] ?? 0;
}

function createQuestions(folder: string) {
  const db = openDatabase(join(folder, "songs.db"), { readonly: true });
  const count = Number(db.prepare("SELECT count(*) FROM songs").get()?.[0]);
  const select = db.prepare("SELECT title, artist, id FROM songs WHERE ordinal = ?");
  const random = createRandom(3);
  const pick = () => (select.get(random.below(count)) ?? []).map(String);
  let turn = 0;
  const kinds: readonly ((song: readonly string[]) => string)[] = [
    ([title = ""]) => title,
    ([title, artist]) => `${artist} - ${title}`,
    ([title = ""]) => `${title.slice(0, title.length >> 1)}${title.slice((title.length >> 1) + 1)}`,
    ([title = ""]) => title.split(" ").slice(0, 2).join(" "),
    ([, , id]) => JSON.stringify({ song_id: id }),
  ];
  return {
    /** By title, artist and title, with a typo, in part, and by id, in turn. */
    mixed(): string {
      turn += 1;
      return kinds[turn % kinds.length]?.(pick()) ?? "";
    },
    /** A title that is there. */
    hit: (): string => pick()[0] ?? "",
    close: () => {
      db.close();
    },
  };
}

function residentMb(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return (Number(/VmRSS:\s+(\d+) kB/u.exec(status)?.[1]) * 1024) / 1e6;
}
