import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import {
  discardDownload,
  download,
  type DownloadOptions,
} from "../../../src/import/source/download.js";
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
    message: /try again to go on/u,
  });
  const fetched = await download(address, options);
  assert.equal(fetched.sha256, sha256);
  const [, again = ""] = server.requests;
  assert.match(again, /^GET \/data\/songs\.csv bytes=[1-9]\d+-$/u);
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

test("a file that is there is not fetched again unless the server has another", async (t) => {
  const file: ServedFile = { content, etag: '"1"' };
  const { options, address } = await prepare(t, file);
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

test("five redirects are followed and no sixth, and none for ever", async (t) => {
  const server = await startServer(t, (request, response) => {
    const hops = Number(request.url?.slice(1));
    if (hops === 0) response.end(content);
    else response.writeHead(302, { location: `/${hops === 99 ? 99 : hops - 1}` }).end();
  });
  const options = { cacheDir: await makeTempFolder(t), signal: new AbortController().signal };
  assert.equal((await download(`${server.url}/5`, options)).sha256, sha256);
  for (const path of ["/6", "/99"]) {
    await assert.rejects(download(server.url + path, options), {
      code: "source_unavailable",
      message: /redirects more than 5 times/u,
    });
  }
});

test("a password goes to the server that it was given for and to no other", async (t) => {
  const seen: (string | undefined)[] = [];
  const other = await startServer(t, (request, response) => {
    seen.push(request.headers.authorization);
    response.end(content);
  });
  const server = await startServer(t, (request, response) => {
    seen.push(request.headers.authorization);
    response.writeHead(307, { location: `${other.url}/songs.csv` }).end();
  });
  const options = { cacheDir: await makeTempFolder(t), signal: new AbortController().signal };
  await download(server.url.replace("http://", "http://me:secret@"), options);
  assert.deepEqual(seen, [`Basic ${Buffer.from("me:secret").toString("base64")}`, undefined]);
  for (const name of await readdir(options.cacheDir)) {
    assert.ok(!(await readFile(join(options.cacheDir, name), "utf8")).includes("secret"));
  }
});

test("a server that goes silent is given up, before its answer and within it", async (t) => {
  const server = await startServer(t, (request, response) => {
    if (request.url === "/within")
      response.writeHead(200, { "content-length": 100 }).write("begin");
  });
  const options = {
    cacheDir: await makeTempFolder(t),
    signal: new AbortController().signal,
    stallMs: 200,
  };
  for (const path of ["/before", "/within"]) {
    await assert.rejects(download(server.url + path, options), {
      code: "timeout",
      message: /has sent nothing for 0\.2 s/u,
    });
  }
});

test("a file beyond the limit is refused, announced or not", async (t) => {
  const server = await startServer(t, (request, response) => {
    if (request.url === "/announced") response.setHeader("content-length", content.length);
    response.write(content.subarray(0, 5000));
    response.end(content.subarray(5000));
  });
  const options = {
    cacheDir: await makeTempFolder(t),
    signal: new AbortController().signal,
    maxBytes: 1000,
  };
  for (const path of ["/announced", "/silent"]) {
    await assert.rejects(download(server.url + path, options), {
      code: "bad_song_file",
      message: /more than 1000 bytes/u,
    });
  }
});

test("a file larger than the free disk is refused before a byte of it is written", async (t) => {
  const server = await startServer(t, (_request, response) => {
    response.writeHead(200, { "content-length": 2 ** 50 }).write("begin");
  });
  const options = {
    cacheDir: await makeTempFolder(t),
    signal: new AbortController().signal,
    maxBytes: 2 ** 52,
  };
  await assert.rejects(download(`${server.url}/huge`, options), {
    code: "source_unavailable",
    message: /no room/u,
  });
  assert.deepEqual(await readdir(options.cacheDir), []);
});

test("an answer that is an error, and a server that is not there, are told", async (t) => {
  const server = await startServer(t, (_request, response) => void response.writeHead(404).end());
  const options = { cacheDir: await makeTempFolder(t), signal: new AbortController().signal };
  await assert.rejects(download(`${server.url}/x?token=1`, options), {
    code: "source_unavailable",
    message: /^http:\/\/127\.0\.0\.1:\d+\/x cannot be fetched: the server answers 404/u,
  });
  await assert.rejects(download("http://127.0.0.1:9/x", options), {
    code: "source_unavailable",
    message: /ECONNREFUSED/u,
  });
});

test("an abort ends a download with its reason and keeps what has come", async (t) => {
  const abort = new AbortController();
  const server = await startServer(t, (_request, response) => {
    response
      .writeHead(200, { "content-length": content.length, etag: '"1"' })
      .write(content.subarray(0, 9000));
  });
  const cacheDir = await makeTempFolder(t);
  const onProgress = () => abort.abort();
  await assert.rejects(download(server.url, { cacheDir, signal: abort.signal, onProgress }), {
    name: "AbortError",
  });
  assert.ok((await readdir(cacheDir)).some((name) => name.endsWith(".part")));
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
  await writeFile(path, text.replace(/"mark":"\d+-/u, `"mark":"${process.ppid}-`));
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
