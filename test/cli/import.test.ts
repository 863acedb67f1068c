import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync, mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { z } from "zod";
import { generateSongs } from "../../bench/catalogue/generate.js";
import { readCurrent, writeCurrent } from "../../src/catalogue/current.js";
import { readManifest } from "../../src/catalogue/manifest.js";
import { listCatalogues } from "../../src/catalogue/store.js";
import { describeResult } from "../../src/cli/import-result.js";
import { runProgram } from "../../src/cli/program.js";
import { loadConfig } from "../../src/config/load.js";
import { importReportSchema } from "../../src/import/report.js";
import { createNodeFile } from "../../src/node-file.js";
import { buildTest } from "../catalogue/temporary.js";
import { share } from "../support/share.js";
import { makeTempFolder } from "../support/temp-folder.js";

interface CallOptions {
  readonly isInteractive?: boolean;
  readonly signal?: AbortSignal;
  readonly onWrite?: () => void;
}

/** `earshot import …` in this process, with a data folder of its own. */
async function runImport(dataDir: string, args: readonly string[], options: CallOptions = {}) {
  const printed = { out: "", error: "" };
  const { isInteractive = false, signal = new AbortController().signal } = options;
  const code = await runProgram({
    args: ["import", ...args],
    env: { EARSHOT_DATA_DIR: dataDir },
    signal,
    terminal: {
      write: (text) => {
        printed.out += text;
        options.onWrite?.();
      },
      writeError: (line) => {
        printed.error += `${line}\n`;
      },
      isInteractive,
      isColoured: false,
      isLogTerminal: false,
      isLogColoured: false,
      columns: 80,
      input: new PassThrough(),
    },
  });
  return { code, ...printed };
}

/** A song file as people have them, invented. */
function songFile(count: number, seed = 1): string {
  const rows = Array.from({ length: count }, (_, row) => {
    const turn = (row * 7919 + seed * 104_729) % 100_003;
    return `Song ${row},Band ${row % 50},${1960 + (row % 60)},${(70 + turn / 1000).toFixed(2)},${(turn / 100_003).toFixed(4)}`;
  });
  return `title,artist,year,tempo,energy\n${rows.join("\n")}\n`;
}

/** What an import may leave in its data folder when it has ended. */
function entriesOf(dataDir: string): readonly string[] {
  return readdirSync(dataDir, { recursive: true, encoding: "utf8" }).filter(
    (name) => name !== "import.lock",
  );
}

test("A dry run prints the report and does not even make the data folder", async (t) => {
  const folder = await makeTempFolder(t);
  const [dataDir, file] = [join(folder, "data"), join(folder, "songs.csv")];
  writeFileSync(file, songFile(100));
  const { code, out, error } = await runImport(dataDir, [file, "--dry-run", "--map", "year=-"]);
  assert.equal(code, 0, error);
  assert.match(out, /^ {2}100 rows read, 100 songs kept$/mu);
  assert.match(out, /^ {2}year +left out as --map says$/mu);
  assert.match(
    out,
    /^100 songs could be imported, before repeats are left out; nothing was changed$/mu,
  );
  assert.equal(existsSync(dataDir), false);
});

/** A file that has been imported, in a folder with a name that a shell takes apart. */
const imported = share(async (t) => {
  const folder = await makeTempFolder(t);
  const [dataDir, file] = [join(folder, "it's data"), join(folder, "My Songs.csv")];
  writeFileSync(file, songFile(300));
  return { dataDir, file, first: await runImport(dataDir, [file]) };
});

test("Imported songs become live with their report; the same file again adds nothing", async () => {
  const { dataDir, file, first } = await imported();
  assert.equal(first.code, 0, first.error);
  assert.match(first.out, /^my_songs@1 is live in .+: 300 songs, compared by 2 features/mu);
  assert.deepEqual(await readCurrent(dataDir), { name: "my_songs", version: 1 });
  const kept: unknown = JSON.parse(
    readFileSync(join(dataDir, "catalogues", "my_songs@1", "report.json"), "utf8"),
  );
  assert.equal(z.looseObject({ songs: z.number() }).parse(kept).songs, 300);

  const before = entriesOf(dataDir);
  const again = await runImport(dataDir, [file]);
  assert.equal(again.code, 0);
  assert.match(again.out, /^already imported: my_songs@1 is live/u);
  assert.deepEqual(entriesOf(dataDir), before);

  const mapped = await runImport(dataDir, [file, "--map", "year=-"]);
  assert.match(mapped.out, /^my_songs@2 is live in /mu, "other mappings are another catalogue");
  const back = await runImport(dataDir, [file]);
  assert.match(
    back.out,
    /already imported as my_songs@1 in .+, which is not live.*catalogue use my_songs@1/u,
  );

  const other = await runImport(dataDir, [file, "--name", "other"]);
  assert.match(other.out, /^other@1 is live/mu, "another name is another catalogue");
  const named = await runImport(dataDir, [file, "--name", "my_songs"]);
  assert.match(named.out, /already imported as my_songs@1/u, "and the first one is still known");
});

test("The last words name the data folder, and whether a node works on it", async () => {
  const { dataDir, first: alone } = await imported();
  assert.ok(alone.out.includes(`\nmy_songs@1 is live in ${dataDir}: 300 songs`), alone.out);
  assert.match(alone.out, /\nNo node runs on this folder now: .*\n {2}EARSHOT_DATA_DIR='/u);
  assert.ok(alone.out.includes("/it'\\''s data' ./earshot ask"), alone.out);

  const folderOfIt = join(dataDir, "catalogues", "my_songs@1");
  const report = importReportSchema.parse(
    JSON.parse(readFileSync(join(folderOfIt, "report.json"), "utf8")),
  );
  const loaded = loadConfig({ env: { EARSHOT_DATA_DIR: dataDir }, flags: {} });
  const lastWords = async (): Promise<string> =>
    await describeResult(await readManifest(folderOfIt), report, loaded);
  assert.ok(alone.out.endsWith(await lastWords()), alone.out);
  const broker = { host: "127.0.0.1", port: 1 };
  const note = createNodeFile(dataDir, () => ({ base: "earshot", node: "kitchen", broker }));
  await note.start();
  assert.match(
    await lastWords(),
    /\nNode kitchen runs on this folder and changes over by itself\./u,
  );
  const path = join(dataDir, "node.json");
  const left = readFileSync(path, "utf8").replace(/\d+-[0-9a-f]{8}/u, "4194304-00000000");
  writeFileSync(path, left);
  assert.match(
    await lastWords(),
    /\nNo node runs on this folder now: /u,
    "its note outlives a killed node",
  );
  await note.stop();
});

test("Several files, also at web addresses, become one catalogue under the name that was given, and what was fetched is not kept", async (t) => {
  const server = createServer((_request, response) => {
    response.end(songFile(50).replaceAll("Song", "Tune"));
  });
  t.after(() => server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = z.object({ port: z.number() }).parse(server.address());
  const folder = await makeTempFolder(t);
  const dataDir = join(folder, "data");
  const files = [join(folder, "a.csv"), `http://127.0.0.1:${port}/hits.csv?key=1`];
  writeFileSync(files[0] ?? "", songFile(50));
  const { code, out, error } = await runImport(dataDir, [...files, "--name", "both"]);
  assert.equal(code, 0, error);
  assert.match(out, /^both@1 is live in \S+: 100 songs/mu);
  const swapped = await runImport(dataDir, [...files.toReversed(), "--name", "both"]);
  assert.match(swapped.out, /already imported/u);
  assert.deepEqual(readdirSync(join(dataDir, "downloads")), []);
});

test("Ctrl-C leaves what was live, and nothing else", async (t) => {
  const folder = await makeTempFolder(t);
  const [dataDir, file] = [join(folder, "data"), join(folder, "songs.csv")];
  await buildTest(dataDir, generateSongs(20));
  await writeCurrent(dataDir, { name: "test", version: 1 });
  const before = entriesOf(dataDir);
  writeFileSync(file, songFile(8000, 3));
  const stopping = new AbortController();
  const { code, error } = await runImport(dataDir, [file], {
    isInteractive: true,
    signal: stopping.signal,
    onWrite: () => stopping.abort({ signal: "SIGINT" }),
  });
  assert.equal(code, 1);
  assert.equal(error, "earshot import: interrupted; nothing was changed\n");
  assert.deepEqual(entriesOf(dataDir), before);
  assert.deepEqual(await readCurrent(dataDir), { name: "test", version: 1 });
});

test("What cannot be imported is refused in one line that says why", async (t) => {
  const folder = await makeTempFolder(t);
  const dataDir = join(folder, "data");
  const write = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const cases: readonly (readonly [readonly string[], RegExp, number?])[] = [
    [[join(folder, "none.csv")], /there is no such file/u],
    [[mkdtempSync(join(folder, "none-"))], /folder/u],
    [[write("songs.csv", songFile(20)), "--map", "Tempo2=tempo"], /did you mean "tempo"/u, 2],
    [[write("one.csv", "title,artist,tempo\nA,B,120\n")], /no feature in which they differ/u],
    [[join(folder, "one.csv"), "--dry-run"], /no feature in which they differ/u],
  ];
  for (const [args, expected, exitCode = 1] of cases) {
    const { code, error, out } = await runImport(dataDir, args);
    assert.equal(code, exitCode, error);
    assert.match(error, expected);
    assert.equal(error.trim().split("\n").length, 1, error);
    assert.equal(out, "");
  }
  assert.deepEqual(await listCatalogues(dataDir), []);
});
