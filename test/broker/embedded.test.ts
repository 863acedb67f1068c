import assert from "node:assert/strict";
import { createServer } from "node:net";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { Aedes } from "aedes";
import { createEmbeddedBroker, type EmbeddedBroker } from "../../src/broker/embedded.js";
import { EarshotError } from "../../src/errors.js";
import { recordLog } from "../support/logs.js";
import { connectTestClient } from "../support/mqtt-client.js";

async function startBroker(t: TestContext): Promise<{ broker: EmbeddedBroker; port: number }> {
  const broker = createEmbeddedBroker({ host: "127.0.0.1", port: 0, log: recordLog() });
  t.after(() => broker.stop());
  await broker.start();
  const address = broker.address();
  assert.ok(address !== undefined);
  return { broker, port: address.port };
}

for (const protocolVersion of [4, 5] as const) {
  test(`an MQTT ${protocolVersion} client publishes to itself and gets retained messages`, async (t) => {
    const { port } = await startBroker(t);
    const first = await connectTestClient(t, port, { protocolVersion });
    await first.subscribe("a/+");
    await first.publish("a/b", "hello", { retain: true });
    const live = await first.next(({ topic }) => topic === "a/b");
    assert.equal(live.text, "hello");
    const second = await connectTestClient(t, port, { protocolVersion });
    await second.subscribe("a/b");
    assert.equal((await second.next(({ topic }) => topic === "a/b")).retain, true);
  });
}

test("a taken port is explained with the program that holds it and the two ways out", async (t) => {
  const { port } = await startBroker(t);
  const second = createEmbeddedBroker({ host: "127.0.0.1", port, log: recordLog() });
  t.after(() => second.stop());
  await assert.rejects(second.start(), (error) => {
    assert.ok(error instanceof EarshotError);
    assert.equal(error.code, "port_taken");
    assert.match(error.message, new RegExp(`process ${process.pid}`, "u"));
    assert.match(error.message, /broker\.port/u);
    assert.match(error.message, /broker\.mode: external/u);
    return true;
  });
});

test("a start that failed can be tried again once the port is free", async (t) => {
  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const address = holder.address();
  assert.ok(typeof address === "object" && address !== null);
  const broker = createEmbeddedBroker({ host: "127.0.0.1", port: address.port, log: recordLog() });
  t.after(() => broker.stop());
  await assert.rejects(broker.start());
  holder.close();
  await once(holder, "close");
  await broker.start();
  const client = await connectTestClient(t, address.port);
  assert.ok(client.client.connected);
});

test("stop lets go of clients that are attached, and may be called twice", async (t) => {
  const { broker, port } = await startBroker(t);
  const client = await connectTestClient(t, port);
  const closed = client.closed();
  await broker.stop();
  await closed;
  await broker.stop();
  assert.equal(broker.address(), undefined);
});

test("nobody may publish below $ or with a control character in the topic", async (t) => {
  const { port } = await startBroker(t);
  for (const topic of ["$SYS/fake", "a/\u0007"]) {
    const watcher = await connectTestClient(t, port);
    await watcher.subscribe("#");
    await assert.rejects(watcher.subscribe("$SYS/fake"));
    const attacker = await connectTestClient(t, port);
    const closed = attacker.closed();
    attacker.client.publish(topic, "x", { qos: 1 });
    await closed;
    await watcher.publish("a/marker", "end");
    await watcher.next((message) => message.topic === "a/marker");
    assert.ok(!watcher.seen.some((message) => message.topic === topic));
  }
});

test("a flood of dropped clients is one line in the log, and fit for a terminal", async (t) => {
  const log = recordLog();
  const broker = createEmbeddedBroker({ host: "127.0.0.1", port: 0, log });
  t.after(() => broker.stop());
  await broker.start();
  const clientId = `EVIL\u202E${"x".repeat(240)}`;
  for (let count = 0; count < 5; count += 1) {
    const attacker = await connectTestClient(t, broker.address()?.port ?? 0, { clientId });
    const closed = attacker.closed();
    attacker.client.publish("$SYS/fake", "x", { qos: 1 });
    await closed;
  }
  const lines = log.lines.filter(({ level }) => level === "warn");
  assert.equal(lines.length, 1);
  const client = String(Reflect.get(lines[0]?.details ?? {}, "client"));
  assert.equal(client.length, 64);
  assert.match(client, /^EVIL·x+$/u);
});

test("an Aedes that calls something else than the guard knows is refused at the start", async (t) => {
  for (const name of ["deliverQoS", "deliver0"]) {
    const broker = createEmbeddedBroker({
      host: "127.0.0.1",
      port: 0,
      log: recordLog(),
      createAedes: async (settings) => {
        const aedes = await Aedes.createBroker(settings);
        const handle = aedes.handle.bind(aedes);
        aedes.handle = (...given: Parameters<typeof handle>) => {
          const client = handle(...given);
          Reflect.deleteProperty(client, name);
          return client;
        };
        return aedes;
      },
    });
    t.after(() => broker.stop());
    await assert.rejects(broker.start(), new RegExp(`expected Aedes to have ${name}`, "u"));
  }
});
