import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { download } from "../../../src/import/source/download.js";
import { makeTempFolder } from "../../support/temp-folder.js";
import { startServer } from "./file-server.js";

const content = Buffer.from(`artist,title,tempo\n${"Ann,Song,120\n".repeat(20_000)}`);
const sha256 = createHash("sha256").update(content).digest("hex");

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

test("a server that drips is given up, and what has come is kept", async (t) => {
  const server = await startServer(t, (_request, response) => {
    response.writeHead(200, { "content-length": 100, etag: '"1"' });
    const dripping = setInterval(() => response.write("a"), 20);
    response.once("close", () => clearInterval(dripping));
  });
  const cacheDir = await makeTempFolder(t);
  const options = { cacheDir, signal: new AbortController().signal, paceMs: 200 };
  await assert.rejects(download(server.url, options), {
    code: "timeout",
    message: /less than 1 kB\/s for 0\.2 s/u,
  });
  assert.ok((await readdir(cacheDir)).some((name) => name.endsWith(".part")));
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
  assert.deepEqual(await readdir(options.cacheDir), []);
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
    code: "disk_full",
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
