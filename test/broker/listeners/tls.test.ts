import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test, type TestContext } from "node:test";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { connectAsync, type IClientOptions } from "mqtt";
import { EarshotError } from "../../../src/errors.js";
import { findFreePort, needMosquitto, run } from "../../support/mosquitto.js";
import { makeTempFolder } from "../../support/temp-folder.js";
import { openAccess, password } from "../users/support.js";
import { makeAuthority, serverExtension, type TestAuthority } from "./certificates.js";
import { brokerConfig, startListeners, type TestListeners } from "./support.js";

interface Place {
  readonly folder: string;
  readonly authority: TestAuthority;
  readonly stranger: TestAuthority;
  readonly anna: { readonly cert: string; readonly key: string };
  readonly mallory: { readonly cert: string; readonly key: string };
  readonly files: { readonly cert: string; readonly key: string };
}

const place = await makePlace();

async function makePlace(): Promise<Place> {
  const folder = await makeTempFolder({ after });
  const [authority, stranger] = await Promise.all([
    makeAuthority(folder, "home"),
    makeAuthority(folder, "stranger"),
  ]);
  const [files, anna, mallory] = await Promise.all([
    authority.issue("localhost", serverExtension),
    authority.issue("anna"),
    stranger.issue("anna"),
  ]);
  return { folder, authority, stranger, anna, mallory, files };
}

async function connectTls(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const ca = await readFile(place.authority.ca);
  const socket = connect({ host: "127.0.0.1", port, ca, ...options });
  socket.on("error", () => {});
  await Promise.race([
    once(socket, "secureConnect"),
    once(socket, "close").then(() => Promise.reject(new Error("closed in the handshake"))),
  ]);
  return socket;
}

async function connectMqtt(t: TestContext, port: number, options: IClientOptions = {}) {
  const ca = await readFile(place.authority.ca);
  const client = await connectAsync(`mqtts://127.0.0.1:${port}`, {
    ca,
    reconnectPeriod: 0,
    ...options,
  });
  t.after(() => client.endAsync(true));
  return client;
}

async function clientFiles({ cert, key }: Place["anna"]) {
  return { cert: await readFile(cert), key: await readFile(key) };
}

async function startTls(t: TestContext, own: Partial<Place["files"]> & object = {}) {
  const port = await findFreePort();
  const tls = { ...place.files, clientCa: place.authority.ca, port, ...own };
  const listeners = await startListeners(t, brokerConfig(tls));
  return { ...listeners, port };
}

test("MQTT runs over TLS 1.2 and 1.3, and nothing older is spoken", async (t) => {
  const { port, peers } = await startTls(t);
  await connectMqtt(t, port);
  const older = await connectTls(port, { maxVersion: "TLSv1.2" });
  assert.equal(older.getProtocol(), "TLSv1.2");
  older.destroy();
  assert.deepEqual(peers, [
    { transport: "tls", address: "127.0.0.1" },
    { transport: "tls", address: "127.0.0.1" },
  ]);
  const old = connectTls(port, {
    minVersion: "TLSv1.1",
    maxVersion: "TLSv1.1",
    ciphers: "DEFAULT@SECLEVEL=0",
  });
  await assert.rejects(old, /closed in the handshake|protocol/u);
});

test("a client's certificate names it; one of a foreign authority is shut out", async (t) => {
  const { port, peers, log } = await startTls(t);
  await connectMqtt(t, port, await clientFiles(place.anna));
  assert.equal(peers[0]?.certificateName, "anna");
  const mallory = await connectTls(port, await clientFiles(place.mallory));
  mallory.resume();
  if (!mallory.closed) await once(mallory, "close");
  assert.equal(peers.length, 1);
  assert.match(JSON.stringify(log.lines), /client certificate: /u);
});

test("a certificate is a user without a password; without one the password is asked", async (t) => {
  const { access } = await openAccess(t, { anna: { role: "asker", password: undefined }, ben: {} });
  const port = await findFreePort();
  const tls = { ...place.files, clientCa: place.authority.ca, port };
  await startListeners(t, brokerConfig(tls), access);
  const certified = await clientFiles(place.anna);
  assert.ok((await connectMqtt(t, port, { ...certified, clientId: "anna" })).connected);
  assert.ok((await connectMqtt(t, port, { username: "ben", password })).connected);
  await assert.rejects(connectMqtt(t, port, { clientId: "anna" }), /Not authorized/u);
  const other = { ...certified, username: "ben", password: "wrong" };
  await assert.rejects(connectMqtt(t, port, other), /Not authorized/u);
});

test("a renewed certificate is used without a restart, and a broken one is not", async (t) => {
  const folder = await makeTempFolder(t);
  const own = { cert: join(folder, "server.crt"), key: join(folder, "server.key") };
  await Promise.all([copyFile(place.files.cert, own.cert), copyFile(place.files.key, own.key)]);
  const { port, log } = await startTls(t, own);
  const subjectNow = async (): Promise<unknown> => {
    const socket = await connectTls(port, { checkServerIdentity: () => undefined });
    const { CN } = socket.getPeerCertificate().subject;
    socket.destroy();
    return CN;
  };
  const lineOf = async (message: string): Promise<void> => {
    const deadline = AbortSignal.timeout(10_000);
    while (!log.lines.some((line) => line.message === message)) {
      deadline.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const client = await connectMqtt(t, port);
  const renewed = await place.authority.issue("renewed", serverExtension);
  await copyFile(renewed.cert, own.cert);
  await copyFile(renewed.key, own.key);
  await lineOf("certificate renewed");
  assert.equal(await subjectNow(), "renewed");
  assert.ok(client.connected);
  log.lines.length = 0;
  await writeFile(own.cert, "not a certificate");
  await lineOf("certificate kept as it was");
  assert.equal(await subjectNow(), "renewed");
});

test("files that do not fit are refused at the start with their keys", async (t) => {
  const cases = [
    [{ key: place.anna.key }, /broker\.tls: the certificate .* cannot be used together/u],
    [{ key: "/nowhere/key.pem" }, /broker\.tls\.key: cannot read \/nowhere\/key\.pem/u],
    [{ clientCa: "/nowhere/ca.pem" }, /broker\.tls\.clientCa: cannot read/u],
  ] as const;
  for (const [own, expected] of cases) {
    await assert.rejects(startTls(t, own), (error) => {
      assert.ok(error instanceof EarshotError);
      assert.equal(error.code, "bad_config");
      assert.match(error.message, expected);
      return true;
    });
  }
});

test("a certificate that ends soon is told at the start", async (t) => {
  const folder = await makeTempFolder(t);
  const own = { cert: join(folder, "short.crt"), key: join(folder, "short.key") };
  const key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
  const files = `-keyout ${own.key} -out ${own.cert}`;
  await run("sh", ["-c", `openssl req -x509 ${key} -days 3 -subj /CN=localhost ${files}`]);
  const { log } = await startTls(t, own);
  assert.ok(log.lines.some(({ message }) => message === "the certificate ends soon"));
});

test("Mosquitto's programs publish and subscribe as users over TLS", async (t) => {
  if (!needMosquitto(t, "mosquitto_pub")) return;
  const { access } = await openAccess(t, { anna: { role: "asker" }, ha: { role: "home" } });
  const port = await findFreePort();
  const { portOf }: TestListeners = await startListeners(
    t,
    brokerConfig({ ...place.files, port }),
    access,
  );
  const secure = ["-h", "127.0.0.1", "-p", `${port}`, "--cafile", place.authority.ca];
  const plain = ["-h", "127.0.0.1", "-p", `${portOf("tcp")}`];
  const as = (user: string): string[] => ["-u", user, "-P", password, "-i", user];
  const topic = "earshot/any/recommend/request/anna";
  await run("mosquitto_pub", [...secure, ...as("anna"), "-r", "-q", "1", "-t", topic, "-m", "Hey"]);
  const subscribe = ["-t", topic, "-C", "1", "-W", "10"];
  const { stdout } = await run("mosquitto_sub", [...plain, ...as("ha"), ...subscribe]);
  assert.equal(stdout.trim(), "Hey");
  const wrong = ["-u", "anna", "-P", "wrong", "-i", "anna", "-t", topic, "-m", "x"];
  await assert.rejects(run("mosquitto_pub", [...secure, ...wrong]), /not authori[sz]ed/iu);
});

test("a connection that never finishes its handshake is ended by the stop", async (t) => {
  const { port, listeners } = await startTls(t);
  const { connect: connectTcp } = await import("node:net");
  const silent = connectTcp(port, "127.0.0.1");
  silent.on("error", () => {});
  await once(silent, "connect");
  // A handshake of somebody else, so that the silent one has been accepted by then.
  (await connectTls(port)).destroy();
  const closed = once(silent, "close");
  await listeners.stop();
  await closed;
});
