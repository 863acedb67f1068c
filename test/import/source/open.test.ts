import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { identifySources } from "../../../src/import/identify-sources.js";
import { gunzipSource } from "../../../src/import/source/gzip.js";
import { localSource } from "../../../src/import/source/local-file.js";
import { openSources } from "../../../src/import/source/open.js";
import { makeTempFolder } from "../../support/temp-folder.js";
import { openAll, readAll, readLocation } from "../read-all.js";
import { zipOf } from "./archives.js";

const songs = "artist,title,tempo\nA,B,1\nC,D,2\n";

async function write(
  t: Parameters<typeof makeTempFolder>[0],
  name: string,
  content: Buffer | string,
) {
  const path = join(await makeTempFolder(t), name);
  await writeFile(path, content);
  return path;
}

test("a file is a source with its name, size and checksum", async (t) => {
  const path = await write(t, "songs.csv", songs);
  const [source, ...others] = await openAll(path);
  assert.ok(source?.sha256);
  assert.deepEqual([source.name, source.totalBytes, others], ["songs.csv", songs.length, []]);
  assert.equal(await source.sha256(), createHash("sha256").update(songs).digest("hex"));
  const table = await source.table();
  assert.equal((await readAll(table)).rows.length, 2);
  assert.equal((await readAll(table)).rows.length, 2, "a second loop begins anew");
});

test("gzip is told by its content, all its members are read, packed bytes are counted", async (t) => {
  const packed = Buffer.concat([gzipSync(songs), gzipSync("E,F,3\n")]);
  const read = await readLocation(await write(t, "songs.csv", packed));
  assert.equal(read.rows.length, 3);
  assert.equal(read.bytes, packed.length);
});

test("what was read of a gzip ahead of its unpacking does not count yet", async (t) => {
  const packed = gzipSync(Array.from({ length: 200_000 }, (_, row) => `A${row},${row}`).join("\n"));
  const path = await write(t, "songs.csv.gz", packed);
  const limits = { maxBytes: 1e9, maxRatio: 200, floorBytes: 1e9 };
  const stream = gunzipSource(localSource(path, packed.length), limits).open();
  const shares: number[] = [];
  for await (const chunk of stream.chunks) {
    assert.ok(chunk.length > 0);
    shares.push(stream.consumed() / packed.length);
  }
  assert.ok((shares[0] ?? 1) < 0.5, `${shares[0]} after the first piece`);
  assert.equal(stream.consumed(), packed.length);
});

test("a gzip that is cut, or damaged, is told from a short file", async (t) => {
  const many = Array.from({ length: 9000 }, (_, row) => `A${row},T${row},${row % 200}`);
  const packed = gzipSync(`a,t,x\n${many.join("\n")}`);
  const cut = await write(t, "cut.csv.gz", packed.subarray(0, packed.length - 100));
  await assert.rejects(readLocation(cut), { code: "bad_song_file", message: /cut short/u });
  packed.fill(0xff, packed.length >> 1, (packed.length >> 1) + 50);
  const bent = await write(t, "bent.csv.gz", packed);
  await assert.rejects(readLocation(bent), { code: "bad_song_file", message: /damaged/u });
});

test("a gzip that grows beyond all reason is given up", async (t) => {
  const line = `A,B,${"1".repeat(1000)}\n`;
  const bomb = await write(t, "bomb.csv.gz", gzipSync(`a,t,x\n${line.repeat(10_000)}`));
  const expansion = { maxBytes: 1e9, maxRatio: 200, floorBytes: 1e6 };
  await assert.rejects(readLimited(bomb, expansion), {
    code: "bad_song_file",
    message: /200 times/u,
  });
  await assert.rejects(
    readLimited(bomb, { ...expansion, maxBytes: 2e6 }),
    /more than 2000000 bytes/u,
  );
});

async function readLimited(
  path: string,
  expansion: { maxBytes: number; maxRatio: number; floorBytes: number },
) {
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const { signal } = new AbortController();
  for await (const source of openSources(path, { cacheDir: "unused", signal, log, expansion })) {
    await readAll(await source.table());
  }
}

test("each file with songs in a zip is a source, whatever its name says", async (t) => {
  const path = await write(
    t,
    "data.zip",
    zipOf([
      { name: "README.md", content: "# about" },
      { name: "folder/", content: "" },
      { name: "folder/songs.csv", content: songs },
      { name: "../../escape\u0007.csv", content: songs },
      { name: "packed.csv.gz", content: gzipSync(songs) },
      { name: "__MACOSX/._songs.csv", content: "x" },
    ]),
  );
  const sources = await openAll(path);
  assert.deepEqual(
    sources.map(({ name }) => name),
    ["folder/songs.csv in data.zip", "../../escape·.csv in data.zip", "packed.csv.gz in data.zip"],
  );
  for (const source of sources) {
    assert.equal((await readAll(await source.table())).rows.length, 2, source.name);
  }
});

test("JSON documents in a zip are one table", async (t) => {
  const document = (title: string) => JSON.stringify({ title, tempo: 1 });
  const path = await write(
    t,
    "tracks.zip",
    zipOf([
      { name: "a.json", content: document("A") },
      { name: "b.json", content: document("B") },
    ]),
  );
  const [source, ...others] = await openAll(path);
  assert.deepEqual([source?.name, others], ["2 documents in tracks.zip", []]);
  assert.ok(source);
  const { rows } = await readAll(await source.table());
  assert.deepEqual(
    rows.map(({ place }) => place),
    ["document a.json", "document b.json"],
  );
});

test("bad zips are refused: bombs, lies, encryption, damage, nothing in them, workbooks", async (t) => {
  const good = { name: "a.csv", content: songs };
  for (const [content, message] of [
    [zipOf([{ ...good, claimedBytes: 20e9 % 2 ** 32 }]), /200 times its size/u],
    [zipOf([{ ...good, content: songs.repeat(100), claimedBytes: 10 }]), /damaged/u],
    [zipOf([{ ...good, flags: 1 }]), /encrypted/u],
    [zipOf([good]).subarray(0, 60), /damaged/u],
    [zipOf([{ name: "notes.pdf", content: "x" }]), /no file that could be a song file/u],
    [zipOf([{ name: "[Content_Types].xml", content: "x" }]), /save the table as CSV/u],
  ] as const) {
    const path = await write(t, "bad.zip", content);
    await assert.rejects(readLocation(path), { code: "bad_song_file", message });
  }
  const ones = Buffer.alloc(2 * 2 ** 20, "1");
  const bomb = await write(t, "bomb.zip", zipOf([{ name: "bomb.csv", content: ones }]));
  const expansion = { maxBytes: 1e9, maxRatio: 200, floorBytes: 1e6 };
  await assert.rejects(readLimited(bomb, expansion), {
    code: "bad_song_file",
    message: /200 times its size/u,
  });
});

test("what is no file to be read is refused before anything waits for it", async (t) => {
  const folder = await makeTempFolder(t);
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  await writeFile(join(folder, "empty.csv"), "");
  for (const [path, code, message] of [
    [pipe, "bad_song_file", /a device, a pipe or a socket/u],
    ["/dev/zero", "bad_song_file", /a device/u],
    [join(folder, "empty.csv"), "bad_song_file", /empty/u],
    [join(folder, "none.csv"), "source_unavailable", /no such file/u],
    [join(folder, "empty.csv/x"), "source_unavailable", /no such file/u],
    ["ftp://example.org/songs.csv", "bad_usage", /ftp:\/\/ is not supported, only http:/u],
  ] as const) {
    await assert.rejects(openAll(path), { code, message });
  }
});

test(
  "a file that may not be read is told as such",
  { skip: process.getuid?.() === 0 },
  async (t) => {
    const path = await write(t, "secret.csv", songs);
    await chmod(path, 0);
    await assert.rejects(openAll(path), { code: "source_unavailable", message: /permissions/u });
  },
);

test("a line without end takes no memory and is refused", async (t) => {
  const path = await write(t, "endless.csv", Buffer.alloc(32 * 2 ** 20, "a"));
  const before = process.memoryUsage().rss;
  await assert.rejects(readLocation(path), {
    code: "bad_song_file",
    message: /first line that is longer/u,
  });
  assert.ok(process.memoryUsage().rss - before < 28e6);
});

test("ending a loop early, and an abort, leave no file open", async (t) => {
  const path = await write(t, "songs.csv", `a,t,x\n${"A,B,1\n".repeat(200_000)}`);
  const abort = new AbortController();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  for await (const source of openSources(path, { cacheDir: "unused", signal: abort.signal, log })) {
    const table = await source.table();
    for await (const batch of table.batches) if (batch.rows.length > 0) break;
    const aborted = (async () => {
      for await (const batch of table.batches) if (batch.rows.length > 0) abort.abort();
    })();
    await assert.rejects(aborted, { name: "AbortError" });
  }
  const open = await readdir("/proc/self/fd", { withFileTypes: true });
  assert.ok(open.length < 60, `${open.length} descriptors`);
});

test("folders whose names are hidden are not looked into", async (t) => {
  const folder = await makeTempFolder(t);
  await mkdir(join(folder, ".git"));
  await writeFile(join(folder, ".git", "a.json"), '{"title":"A"}');
  await assert.rejects(openAll(folder), { code: "bad_song_file" });
});

test("the tables in a folder are read beside its documents, and nothing else is opened", async (t) => {
  const folder = await makeTempFolder(t);
  await mkdir(join(folder, "more"));
  for (const name of ["a.csv", "one.json", "more/b.tsv.gz", "README.txt", "film.mkv"]) {
    await writeFile(join(folder, name), songs);
  }
  const names = (await openAll(folder)).map(({ name }) => name);
  assert.deepEqual(names, ["one.json", "a.csv", "more/b.tsv.gz"]);
});

test("what was imported is known by its content and by how it was read", async (t) => {
  const folder = await makeTempFolder(t);
  const paths = [join(folder, "a.csv"), join(folder, "b.csv")];
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const options = { cacheDir: folder, signal: new AbortController().signal, log };
  const sums = new Set<string>();
  for (const path of paths) {
    await writeFile(path, songs);
    sums.add((await identifySources([path], [], options)).sha256);
  }
  assert.equal(sums.size, 1);
  // Else a newer Earshot, which reads it better, could not import it anew.
  assert.ok(!sums.has(createHash("sha256").update(songs).digest("hex")));
});
