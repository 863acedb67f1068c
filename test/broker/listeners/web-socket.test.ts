import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { test, type TestContext } from "node:test";
import { connectAsync } from "mqtt";
import { WebSocket } from "ws";
import { isOrigin, isOriginAllowed } from "../../../src/broker/listeners/origin.js";
import { findFreePort } from "../../support/mosquitto.js";
import { makeTempFolder } from "../../support/temp-folder.js";
import { makeAuthority, serverExtension } from "./certificates.js";
import { brokerConfig, startListeners } from "./support.js";

async function startWs(t: TestContext, origins: readonly string[] = []) {
  const port = await findFreePort();
  return { port, ...(await startListeners(t, brokerConfig({}, { port, origins }))) };
}

/** Opens a WebSocket; gives it, or the HTTP status with which it was refused. */
async function open(
  url: string,
  protocols: string[],
  origin?: string,
): Promise<WebSocket | number> {
  const webSocket = new WebSocket(url, protocols, origin === undefined ? {} : { origin });
  webSocket.on("error", () => {});
  return await new Promise((resolve) => {
    webSocket.once("open", () => {
      resolve(webSocket);
    });
    webSocket.once("unexpected-response", (_request, response) => {
      resolve(response.statusCode ?? 0);
      response.resume();
      webSocket.terminate();
    });
  });
}

test("MQTT 3.1.1 and 5 run over WebSocket at / and /mqtt", async (t) => {
  const { port, peers } = await startWs(t);
  for (const path of ["", "/", "/mqtt", "/mqtt?token=1"]) {
    const client = await connectAsync(`ws://127.0.0.1:${port}${path}`, {
      protocolVersion: path === "/mqtt" ? 5 : 4,
      reconnectPeriod: 0,
    });
    const message = new Promise<number>((resolve) => {
      client.once("message", (_topic, payload) => {
        resolve(payload.length);
      });
    });
    await client.subscribeAsync("a/b");
    await client.publishAsync("a/b", "x".repeat(10_000), { qos: 1 });
    assert.equal(await message, 10_000);
    await client.endAsync();
  }
  assert.deepEqual(peers[0], { transport: "ws", address: "127.0.0.1" });
});

test("wss has the broker's certificate", async (t) => {
  const authority = await makeAuthority(await makeTempFolder(t));
  const files = await authority.issue("localhost", serverExtension);
  const port = await findFreePort();
  const { peers } = await startListeners(t, brokerConfig(files, { port, tls: true }));
  const ca = await readFile(authority.ca);
  const client = await connectAsync(`wss://127.0.0.1:${port}/mqtt`, { ca, reconnectPeriod: 0 });
  await client.endAsync();
  assert.equal(peers[0]?.transport, "wss");
});

test("without the sub-protocol mqtt, at another path or from a foreign page nothing opens", async (t) => {
  const { port, peers } = await startWs(t, ["https://home.example"]);
  const url = `ws://127.0.0.1:${port}`;
  assert.equal(await open(url, []), 400);
  assert.equal(await open(url, ["chat"]), 400);
  assert.equal(await open(`${url}/admin`, ["mqtt"]), 404);
  assert.equal(await open(url, ["mqtt"], "https://evil.example"), 403);
  assert.equal(await open(url, ["mqtt"], "null"), 403);
  assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 426);
  assert.equal(peers.length, 0);
  for (const origin of ["https://home.example", "http://127.0.0.1:8123"]) {
    const opened = await open(url, ["other", "mqtt"], origin);
    assert.ok(opened instanceof WebSocket);
    assert.equal(opened.protocol, "mqtt");
    opened.terminate();
  }
});

test("a page may come from this host or a listed one, and a name that DNS can bend is no host", () => {
  const may = (origin: string | undefined, host: string, allowed: readonly string[] = []) =>
    isOriginAllowed(origin, { host, allowed });
  assert.ok(may(undefined, "192.168.1.5:9001"));
  assert.ok(may("http://192.168.1.5:8123", "192.168.1.5:9001"));
  assert.ok(may("http://[::1]:8123", "[::1]:9001"));
  assert.ok(may("http://homeassistant.local:8123", "homeassistant.local:9001"));
  assert.ok(!may("http://evil.example:9001", "evil.example:9001"));
  assert.ok(!may("http://192.168.1.6", "192.168.1.5:9001"));
  assert.ok(!may("nonsense", "192.168.1.5"));
  assert.ok(may("http://evil.example", "x", ["*"]));
  assert.ok(isOrigin("https://a.example:8123") && isOrigin("*"));
  assert.ok(!isOrigin("https://a.example/") && !isOrigin("a.example"));
});

test("a message above the limit ends the connection before it is in memory", async (t) => {
  const { port, streams } = await startWs(t);
  const webSocket = await open(`ws://127.0.0.1:${port}`, ["mqtt"]);
  assert.ok(webSocket instanceof WebSocket);
  webSocket.send(Buffer.alloc(64 * 1024 + 1));
  const [code] = await once(webSocket, "close");
  assert.equal(code, 1009);
  assert.ok(streams[0]?.destroyed);
});

test("text is no MQTT: it ends the connection", async (t) => {
  const { port, streams } = await startWs(t);
  const webSocket = await open(`ws://127.0.0.1:${port}`, ["mqtt"]);
  assert.ok(webSocket instanceof WebSocket);
  webSocket.send("\u0010\u000E");
  await once(webSocket, "close");
  assert.ok(streams[0]?.destroyed);
});

test("a packet may lie across messages, and a message hold several packets", async (t) => {
  const { port } = await startWs(t);
  const webSocket = await open(`ws://127.0.0.1:${port}`, ["mqtt"]);
  assert.ok(webSocket instanceof WebSocket);
  const received: Buffer[] = [];
  const done = new Promise<void>((resolve) => {
    webSocket.on("message", (data: Buffer) => {
      received.push(data);
      if (Buffer.concat(received).length >= 6) resolve();
    });
  });
  const connect = Buffer.from("101100044d5154540402003c000561626364 65".replaceAll(" ", ""), "hex");
  const ping = Buffer.from("c000", "hex");
  for (const byte of connect.subarray(0, -1)) webSocket.send(Buffer.of(byte));
  webSocket.send(Buffer.concat([connect.subarray(-1), ping]));
  await done;
  assert.equal(Buffer.concat(received).toString("hex"), "20020000d000");
  webSocket.terminate();
});
