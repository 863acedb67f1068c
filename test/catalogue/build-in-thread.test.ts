import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { JobProgress } from "../../src/catalogue/build-job.js";
import { buildInThread } from "../../src/catalogue/build-in-thread.js";
import { buildGraph, buildGraphInThread } from "../../src/catalogue/graph.js";
import { lockImports } from "../../src/catalogue/import-lock.js";
import { verifyCatalogue } from "../../src/catalogue/store.js";
import { createDeferred } from "../../src/deferred.js";
import { songModule } from "./song-modules.js";
import { buildTest, createTestLog, temporaryFolder } from "./temporary.js";
import { generateSongs } from "../../bench/catalogue/generate.js";

function job(dataDir: string, input: unknown) {
  return { dataDir, name: "test", songs: { module: songModule, input } };
}

function contentsOf(dataDir: string): readonly string[] {
  return readdirSync(join(dataDir, "catalogues")).toSorted();
}

async function failed(t: TestContext, input: unknown): Promise<unknown> {
  const dataDir = temporaryFolder(t);
  const error = await buildInThread(job(dataDir, input), { log: createTestLog() }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.deepEqual(contentsOf(dataDir), []);
  return error;
}

test("A build in a thread gives the catalogue, the report, and what happens on the way", async (t) => {
  const dataDir = temporaryFolder(t);
  const seen: JobProgress[] = [];
  const { manifest, report } = await buildInThread(job(dataDir, 300), {
    log: createTestLog(),
    onProgress: (progress) => seen.push(progress),
  });
  assert.deepEqual(report, { rows: 5 });
  assert.equal(manifest.note, "invented");
  assert.deepEqual(await verifyCatalogue(dataDir, "test@1"), manifest);
  const kept = readFileSync(join(dataDir, "catalogues", "test@1", "report.json"), "utf8");
  assert.deepEqual(JSON.parse(kept), report);
  assert.deepEqual(seen[0], { from: "songs", details: { opened: true } });
  const stages = seen.flatMap((one) => (one.from === "build" ? [one.progress.stage] : []));
  assert.deepEqual([...new Set(stages)], ["songs", "index", "neighbours", "sealing"]);
});

test("The graph of a thread is that of this thread, byte for byte", async (t) => {
  const folder = temporaryFolder(t);
  const vectors = new Float32Array(new SharedArrayBuffer(4000)).map((_, i) => (i * 7919) % 1013);
  const rows = Int32Array.from({ length: 500 }, (_, row) => row);
  const graph = { vectors, dimensions: 2, rows };
  const context = { signal: new AbortController().signal, onProgress() {} };
  const here = await buildGraph({ ...graph, path: join(folder, "here") }, context);
  assert.deepEqual(
    await buildGraphInThread({ ...graph, path: join(folder, "there") }, context),
    here,
  );
});

test("What fails in the thread is an error with its code, and leaves nothing behind", async (t) => {
  const unreadable = await failed(t, "unreadable");
  assert.ok(unreadable instanceof Error && "code" in unreadable);
  assert.equal(unreadable.code, "bad_song_file");
  assert.equal(unreadable.message, "line 7 makes no sense");
  assert.match(String(await failed(t, "dying")), /thread ended with code 3/u);
});

test("A second import at the same time is refused and names the first, which ends with the reason when it is called off, and leaves nothing behind", async (t) => {
  const dataDir = temporaryFolder(t);
  const stop = new AbortController();
  const reading = createDeferred<void>();
  const log = createTestLog();
  const first = buildInThread(job(dataDir, "endless"), {
    log,
    signal: stop.signal,
    onProgress: ({ from }) => {
      if (from === "build") reading.resolve();
    },
  });
  await reading.promise;
  await assert.rejects(buildInThread(job(dataDir, 100), { log }), {
    code: "import_running",
    message: new RegExp(`"test" by process ${process.pid}`, "u"),
  });
  stop.abort(new Error("enough"));
  await assert.rejects(first, /enough/u);
  assert.deepEqual(contentsOf(dataDir), []);
  (await lockImports(dataDir)).release();
});

test("A disk without room is said plainly, leaves no debris, and what was there stays", async (t) => {
  const dataDir = temporaryFolder(t);
  await buildTest(dataDir, generateSongs(50));
  const child = fileURLToPath(new URL("build-in-child.js", import.meta.url));
  // A file may have 60 × 512 bytes: as on a full disk, the next write fails.
  const limited = `ulimit -f 60; exec "$0" "$1" "$2" 1`;
  const run = promisify(execFile)("sh", ["-c", limited, process.execPath, child, dataDir]);
  await assert.rejects(run, /disk_full/u);
  assert.deepEqual(contentsOf(dataDir), ["test@1"]);
  await verifyCatalogue(dataDir, "test@1");
});
