import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, readdir, rename, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { identifySources } from "../../../src/import/identify-sources.js";
import {
  discardDownload,
  download,
  type DownloadOptions,
} from "../../../src/import/source/download.js";
import { markOf } from "../../../src/storage/process-mark.js";
import { makeTempFolder } from "../../support/temp-folder.js";
import { openAll, readAll } from "../read-all.js";
import { serveFile, type ServedFile, startServer } from "./file-server.js";

const content = Buffer.from(`artist,title,tempo\n${"Ann,Song,120\n".repeat(20_000)}`);
const sha256 = createHash("sha256").update(content).digest("hex");

async function prepare(t: Parameters<typeof makeTempFolder>[0], file: ServedFile) {
  const server = await startServer(t, serveFile(file));
  const cacheDir = await makeTempFolder(t);
  const options: DownloadOptions = { cacheDir, signal: new AbortController().signal };
  return { server, cacheDir, options, address: `${server.url}/data/songs.csv` };
}

test("a file is fetched whole, with its checksum, name and progress", async (t) => {
  const { options, address } = await prepare(t, { content, etag: '"1"' });
  const seen: number[] = [];
  const onProgress = ({
    bytes,
    totalBytes = 0,
  }: {
    bytes: number;
    totalBytes?: number | undefined;
  }) => seen.push(bytes / totalBytes);
  const fetched = await download(`${address}#sha256=${sha256}`, { ...options, onProgress });
  assert.equal(fetched.name, "songs.csv");
  assert.equal(fetched.sha256, sha256);
  assert.deepEqual(await readFile(fetched.path), content);
  assert.equal(seen.at(-1), 1);
});

test("a download that was cut goes on where it stopped", async (t) => {
  const { server, options, address } = await prepare(t, {
    content,
    etag: '"1"',
    hangUpAfter: 100_000,
  });
  await assert.rejects(download(address, options), {
    code: "source_unavailable",
    message: /try again, an import goes on/u,
  });
  const fetched = await download(address, options);
  assert.equal(fetched.sha256, sha256);
  const [, again = ""] = server.requests;
  assert.match(again, /^GET \/data\/songs\.csv bytes=[1-9]\d+-$/u);
});

test("whatever came before the server hung up is kept", async (t) => {
  const file: ServedFile = { content, etag: '"1"', hangUpAfter: 50_000 };
  const { server, options, address } = await prepare(t, file);
  await assert.rejects(download(address, options), /after 50000 bytes/u);
  assert.equal((await download(address, options)).sha256, sha256);
  assert.match(server.requests[1] ?? "", /bytes=50000-$/u);
});

test("the beginning of another file is never joined to the rest of this one", async (t) => {
  const file: ServedFile = {
    content: Buffer.alloc(content.length, "x"),
    etag: '"old"',
    hangUpAfter: 100_000,
  };
  const { options, address } = await prepare(t, file);
  await assert.rejects(download(address, options));
  Object.assign(file, { content, etag: '"new"' });
  assert.equal((await download(address, options)).sha256, sha256);
});

test("without an ETag or a date a cut download begins anew", async (t) => {
  const { server, options, address } = await prepare(t, { content, hangUpAfter: 100_000 });
  await assert.rejects(download(address, options));
  assert.equal((await download(address, options)).sha256, sha256);
  assert.deepEqual(server.requests, ["GET /data/songs.csv", "GET /data/songs.csv"]);
});

test("a part that a killed run left longer than the file is thrown away", async (t) => {
  const { options, address, cacheDir } = await prepare(t, {
    content,
    etag: '"1"',
    hangUpAfter: 100_000,
  });
  await assert.rejects(download(address, options));
  const part = (await readdir(cacheDir)).find((name) => name.endsWith(".part")) ?? "";
  await writeFile(join(cacheDir, part), Buffer.alloc(content.length + 10));
  assert.equal((await download(`${address}#sha256=${sha256}`, options)).sha256, sha256);
});

test("a file that was just fetched is used without a question to the server", async (t) => {
  const { server, options, address } = await prepare(t, { content });
  const first = await download(address, options);
  assert.deepEqual(await download(address, options), first);
  assert.equal(server.requests.length, 1);
});

test("a run that was killed when all was there but the name has nothing left to fetch", async (t) => {
  const { server, options, address, cacheDir } = await prepare(t, { content });
  const first = await download(address, options);
  const note = (await readdir(cacheDir)).find((name) => name.endsWith(".json")) ?? "";
  await rename(first.path, join(cacheDir, note.replace(".json", ".part")));
  assert.deepEqual(await download(address, options), first);
  assert.equal(server.requests.length, 1);
});

test("a file that is there is not fetched again unless the server has another", async (t) => {
  const file: ServedFile = { content, etag: '"1"' };
  const prepared = await prepare(t, file);
  const { address } = prepared;
  const options = { ...prepared.options, freshMs: 0 };
  const first = await download(address, options);
  file.content = Buffer.from("none of it is asked for");
  assert.deepEqual(await download(address, options), first);
  Object.assign(file, { content: Buffer.from("new"), etag: '"2"' });
  assert.equal((await readFile((await download(address, options)).path)).toString(), "new");
});

test("a wrong checksum is refused, and the file not kept", async (t) => {
  const { options, address, cacheDir } = await prepare(t, { content });
  await assert.rejects(download(`${address}#sha256=${"0".repeat(64)}`, options), {
    code: "bad_song_file",
    message: new RegExp(`has the SHA-256 ${sha256}; expected 000`, "u"),
  });
  assert.deepEqual(await readdir(cacheDir), []);
});

test("what was fetched is removed when it is not needed any more", async (t) => {
  const { options, address, cacheDir } = await prepare(t, { content });
  await download(address, options);
  await discardDownload(address, cacheDir);
  assert.deepEqual(await readdir(cacheDir), []);
});

test("a download by another process that lives is not disturbed", async (t) => {
  const { options, address, cacheDir } = await prepare(t, {
    content,
    etag: '"1"',
    hangUpAfter: 100_000,
  });
  await assert.rejects(download(address, options));
  const note = (await readdir(cacheDir)).find((name) => name.endsWith(".json")) ?? "";
  const path = join(cacheDir, note);
  const text = await readFile(path, "utf8");
  await writeFile(path, text.replace(/"mark":"[^"]+"/u, `"mark":"${markOf(process.ppid)}"`));
  await assert.rejects(download(address, options), {
    code: "source_unavailable",
    message: /another import/u,
  });
});

test("a packed file on the web is opened like one on the disk, under its own name", async (t) => {
  const { address, cacheDir } = await prepare(t, { content: gzipSync(content), etag: '"1"' });
  const [source] = await openAll(address, cacheDir);
  assert.ok(source?.sha256);
  assert.equal(source.name, "songs.csv");
  assert.equal(await source.sha256(), createHash("sha256").update(gzipSync(content)).digest("hex"));
  assert.equal((await readAll(await source.table())).rows.length, 20_000);
  assert.ok((await readdir(cacheDir)).every((name) => basename(name) === name));
});

test("a page that is no song file is not kept, and a download is for a day", async (t) => {
  const { server, address, cacheDir, options } = await prepare(t, {
    content: Buffer.from("<!doctype html><html><body>Log in</body></html>"),
  });
  const [page] = await openAll(address, cacheDir);
  await assert.rejects(async () => page?.table(), { code: "bad_song_file" });
  assert.deepEqual(await readdir(cacheDir), []);
  await download(address, options);
  for (const name of await readdir(cacheDir)) await utimes(join(cacheDir, name), 1e9, 1e9);
  await writeFile(join(cacheDir, "something.csv"), "");
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  await identifySources([`${server.url}/new.csv`], [], { ...options, log });
  const left = await readdir(cacheDir);
  assert.deepEqual(left.filter((name) => name.endsWith(".csv")).length, 2, String(left));
  assert.equal(left.length, 3);
});
