import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { test } from "node:test";
import { EarshotError } from "../../../src/errors.js";
import { findFreePort } from "../../support/mosquitto.js";
import { connectTestClient } from "../../support/mqtt-client.js";
import { brokerConfig, startListeners } from "./support.js";

test("a TCP connection is handed over with where it came from", async (t) => {
  const { portOf, peers, listeners } = await startListeners(t, brokerConfig());
  await connectTestClient(t, portOf("tcp"));
  assert.deepEqual(peers, [{ transport: "tcp", address: "127.0.0.1" }]);
  assert.deepEqual(listeners.addresses(), [
    { transport: "tcp", host: "127.0.0.1", port: portOf("tcp") },
  ]);
});

test("a port that is taken is explained by its own key, and the other ports are let go", async (t) => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  t.after(() => holder.close());
  const address = holder.address();
  assert.ok(typeof address === "object" && address !== null);
  const free = await findFreePort();
  const broker = { ...brokerConfig({}, { port: address.port }), port: free };
  await assert.rejects(startListeners(t, broker), (error) => {
    assert.ok(error instanceof EarshotError);
    assert.equal(error.code, "port_taken");
    assert.match(error.message, new RegExp(`process ${process.pid}.*broker\\.ws\\.port`, "u"));
    return true;
  });
  const again = createServer().listen(free, "127.0.0.1");
  await once(again, "listening");
  again.close();
});

test("an address that this machine does not have is explained by its key", async (t) => {
  const broker = { ...brokerConfig(), host: "192.0.2.1" };
  await assert.rejects(startListeners(t, broker), /192\.0\.2\.1.*check broker\.host/u);
});

test("after the stop nobody is accepted, and those who were there stay", async (t) => {
  const { portOf, listeners } = await startListeners(t, brokerConfig());
  const port = portOf("tcp");
  const client = await connectTestClient(t, port);
  await listeners.stop();
  await listeners.stop();
  const late = connect(port, "127.0.0.1");
  await assert.rejects(once(late, "connect"), /ECONNREFUSED/u);
  await client.publish("a/b", "still here");
  assert.deepEqual(listeners.addresses(), []);
});

test("a connection that is reset in any moment ends itself and nothing else", async (t) => {
  const { portOf } = await startListeners(t, brokerConfig());
  const port = portOf("tcp");
  for (let count = 0; count < 20; count += 1) {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("\u0010");
    socket.resetAndDestroy();
  }
  assert.ok((await connectTestClient(t, port)).client.connected);
});
