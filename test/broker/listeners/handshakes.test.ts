import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { createHandshakes } from "../../../src/broker/listeners/listener.js";

/** A server whose connections stay in their handshakes until `end` is called for them. */
async function startServer(t: TestContext, timeoutMs: number) {
  const handshakes = createHandshakes(timeoutMs);
  const accepted: Socket[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => {}).resume();
    accepted.push(socket);
    handshakes.begin(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    for (const socket of accepted) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const open = async (): Promise<Socket> => {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {}).resume();
    const before = accepted.length;
    await once(socket, "connect");
    while (accepted.length === before) await new Promise((resolve) => setImmediate(resolve));
    return socket;
  };
  return { handshakes, accepted, open };
}

/** Unlike `once` of node:events it takes a reset for an end. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once("close", () => {
      resolve();
    });
  });
}

test("a handshake has its time from the accept on, whatever trickles in; one that ended has none", async (t) => {
  const { handshakes, accepted, open } = await startServer(t, 100);
  const dripping = await open();
  const finished = await open();
  const [, raw] = accepted;
  assert.ok(raw !== undefined);
  handshakes.end(raw);
  const drip = setInterval(() => dripping.write("x"), 20);
  t.after(() => {
    clearInterval(drip);
  });
  await closeOf(dripping);
  assert.ok(!finished.destroyed && !raw.destroyed);
});

test("256 handshakes go on at a time; one more ends the oldest", async (t) => {
  const { accepted, open } = await startServer(t, 60_000);
  const first = await open();
  const closed = closeOf(first);
  for (let count = 0; count < 256; count += 1) await open();
  await closed;
  assert.equal(accepted.filter((socket) => !socket.destroyed).length, 256);
});
