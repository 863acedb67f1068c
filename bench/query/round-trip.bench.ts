// Query to reply through the embedded broker, asked by a separate client, against an echo on bare
// Aedes of the same version with replies of the same size. They are measured in turn, in many short
// rounds and every other one in the opposite order, so that the ratio holds when the machine's speed
// drifts: within the seconds of a long round it may halve.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildCatalogue } from "../../src/catalogue/build.js";
import { writeCurrent } from "../../src/catalogue/current.js";
import { readSongCsv } from "../../src/catalogue/song-csv.js";
import { replySchema } from "../../src/contract/reply.js";
import { programRoot } from "../../src/program.js";
import { generateSongs } from "../catalogue/generate.js";
import { median, reportFigure } from "../figure.js";
import { startBenchNode } from "../bench-node.js";
import { createRandom } from "../titles/random.js";
import { type Asker, connectAsker, type Measured } from "./asker.js";

const rounds = 25;
const counts = { oneByOne: 300, inFlight: 2000 };
const warmUp = { oneByOne: 500, inFlight: 10_000 };
const generatedSongs = 100_000;

const folder = await mkdtemp(join(tmpdir(), "earshot-bench-"));
try {
  const starterTitles: string[] = [];
  for (const { title } of await readSongCsv(join(programRoot, "data", "starter.csv"))) {
    starterTitles.push(title);
  }
  await compare("starter", join(folder, "starter"), starterTitles);
  await compare(
    "100000",
    join(folder, "generated"),
    await buildGenerated(join(folder, "generated")),
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function buildGenerated(dataDir: string): Promise<readonly string[]> {
  const titles: string[] = [];
  const manifest = await buildCatalogue({
    dataDir,
    name: "generated",
    songs: (function* () {
      for (const song of generateSongs(generatedSongs)) {
        titles.push(song.title);
        yield song;
      }
    })(),
    source: { name: "generated", sha256: "0".repeat(64) },
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  await writeCurrent(dataDir, manifest);
  return titles;
}

async function compare(
  catalogue: string,
  dataDir: string,
  titles: readonly string[],
): Promise<void> {
  const node = await startBenchNode({
    EARSHOT_DATA_DIR: dataDir,
    EARSHOT_MIC_ENABLED: "false",
    EARSHOT_RECOMMENDER_RATE_LIMIT: "0",
  });
  const asker = await connectAsker(node.port);
  const sample = await asker.ask(titles[0] ?? "");
  const reply = replySchema.parse(JSON.parse(sample));
  if (reply.status !== "ok" || reply.results.length !== 10) throw new Error(`no hit: ${sample}`);
  const echoes = new Map<string, { child: ChildProcess; asker: Asker }>();
  for (const transport of ["stream", "tcp"]) {
    const child = fork(fileURLToPath(new URL("echo-server.js", import.meta.url)), [
      transport,
      String(Buffer.byteLength(sample)),
    ]);
    const [port] = await once(child, "message");
    echoes.set(transport, { child, asker: await connectAsker(Number(port)) });
  }
  const random = createRandom(7);
  const pick = (): string => titles[random.below(titles.length)] ?? "";
  const [own = [], ...others] = await measureInTurn(
    [asker, ...[...echoes.values()].map((echo) => echo.asker)],
    pick,
  );
  report(catalogue, own, new Map([...echoes.keys()].map((name, at) => [name, others[at] ?? []])));
  const value = await residentMb(node.child);
  reportFigure("query", "resident memory", { value, unit: "MB", catalogue });
  await asker.end();
  for (const echo of echoes.values()) {
    await echo.asker.end();
    echo.child.kill();
  }
  node.child.kill("SIGTERM");
  await once(node.child, "exit");
}

/** What each of the askers measured, round by round. */
async function measureInTurn(
  askers: readonly Asker[],
  pick: () => string,
): Promise<readonly Measured[][]> {
  const turns = askers.map((asker) => ({ asker, measured: [] as Measured[] }));
  for (const { asker } of turns) await asker.measure(pick, warmUp);
  for (let round = 0; round < rounds; round += 1) {
    for (const { asker, measured } of round % 2 === 0 ? turns : turns.toReversed()) {
      measured.push(await asker.measure(pick, counts));
    }
  }
  return turns.map(({ measured }) => measured);
}

function report(
  catalogue: string,
  own: readonly Measured[],
  others: ReadonlyMap<string, readonly Measured[]>,
): void {
  const of = (measured: readonly Measured[], pick: (one: Measured) => number): number =>
    median(measured.map(pick));
  const print = (figure: string, value: number, rest: { unit: string; against?: string }): void => {
    reportFigure("query", figure, { value, ...rest, catalogue });
  };
  const medianUs = (one: Measured): number => one.medianUs;
  const perSecond = (one: Measured): number => one.perSecond;
  print("round trip median", of(own, medianUs), { unit: "us" });
  print(
    "round trip p99",
    of(own, (one) => one.p99Us),
    { unit: "us" },
  );
  print("rate, 64 in flight", of(own, perSecond), { unit: "requests/s" });
  for (const [name, measured] of others) {
    const against = `echo on bare Aedes, responder over ${name}`;
    const ratio = (pick: (one: Measured) => number): number =>
      median(own.map((one, round) => pick(one) / pick(measured[round] ?? one)));
    print("echo round trip median", of(measured, medianUs), { unit: "us", against });
    print("echo rate, 64 in flight", of(measured, perSecond), { unit: "requests/s", against });
    print("round trip ratio", ratio(medianUs), { unit: "x (at most 1.6)", against });
    print("rate ratio", ratio(perSecond), { unit: "x (at least 0.6)", against });
  }
}

async function residentMb(child: ChildProcess): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/u.exec(status)?.[1] ?? 0) / 1000;
}
