import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test, type TestContext } from "node:test";
import { createEmbeddedBroker } from "../../src/broker/embedded.js";
import { type Bus, createBus } from "../../src/bus/bus.js";
import type { Connection, IncomingMessage, Route } from "../../src/bus/connection.js";
import { createConnector } from "../../src/bus/negotiate.js";
import { nodeTopics, replyChannel } from "../../src/contract/topics.js";
import { createDeferred } from "../../src/deferred.js";
import { EarshotError } from "../../src/errors.js";
import type { Service } from "../../src/lifecycle.js";
import { recordLog, type RecordedLog } from "../support/logs.js";
import { connectTestClient } from "../support/mqtt-client.js";

const topics = nodeTopics({ base: "earshot", node: "test" });

function makeBus(
  t: TestContext,
  route: Route,
  options: { readonly log?: RecordedLog; readonly retryFirstConnect?: boolean } = {},
): Bus & Service {
  const connect = createConnector("auto");
  const bus = createBus({
    log: options.log ?? recordLog(),
    retryFirstConnect: options.retryFirstConnect ?? false,
    connect: (events) =>
      connect({
        ...events,
        route,
        clientId: `test-${Math.random().toString(36).slice(2)}`,
        will: { topic: topics.status.topic, payload: "offline" },
        timeoutMs: 5000,
      }),
  });
  t.after(() => bus.stop());
  return bus;
}

interface FakeConnection extends Connection {
  readonly onClose: () => void;
}

/** A bus on connections that only remember whether they were ended. */
function makeBusOnFakes(t: TestContext, subscribe: () => Promise<void>) {
  const connections: FakeConnection[] = [];
  const bus = createBus({
    log: recordLog(),
    retryFirstConnect: false,
    connect({ onClose }) {
      let isOpen = true;
      const connection: FakeConnection = {
        version: 5,
        onClose,
        isOpen: () => isOpen,
        publish: () => Promise.resolve(),
        subscribe,
        end() {
          isOpen = false;
          return Promise.resolve();
        },
      };
      connections.push(connection);
      return Promise.resolve(connection);
    },
  });
  t.after(() => bus.stop());
  return { bus, connections };
}

async function makeBroker(t: TestContext, port = 0) {
  const broker = createEmbeddedBroker({ host: "127.0.0.1", port, log: recordLog() });
  t.after(() => broker.stop());
  await broker.start();
  const address = broker.address();
  assert.ok(address !== undefined);
  return { broker, port: address.port, url: `mqtt://127.0.0.1:${address.port}` };
}

test("the same bus works over a stream pair and over the network", async (t) => {
  const { broker, port, url } = await makeBroker(t);
  const client = await connectTestClient(t, port);
  await client.subscribe("earshot/test/status");
  for (const route of [
    { kind: "stream", open: () => broker.openStream() },
    { kind: "url", url },
  ] as const) {
    const bus = makeBus(t, route);
    const received = createDeferred<IncomingMessage>();
    await bus.start();
    assert.equal(bus.protocolVersion(), 5);
    await bus.subscribe("earshot/test/recommend/request/+", received.resolve);
    await bus.publish(topics.status, "online");
    assert.equal((await client.next(({ topic }) => topic === topics.status.topic)).text, "online");
    await client.publish("earshot/test/recommend/request/me", "Bohemian Rhapsody");
    assert.equal(Buffer.from((await received.promise).payload).toString(), "Bohemian Rhapsody");
    await bus.stop();
  }
});

test("a handler that throws or rejects harms neither the process nor other handlers", async (t) => {
  const { broker, port } = await makeBroker(t);
  const log = recordLog();
  const bus = makeBus(t, { kind: "stream", open: () => broker.openStream() }, { log });
  await bus.start();
  const received = createDeferred<IncomingMessage>();
  await bus.subscribe("a/+", () => {
    throw new Error("thrown");
  });
  await bus.subscribe("+/b", () => Promise.reject(new Error("rejected")));
  await bus.subscribe("marker", received.resolve);
  const client = await connectTestClient(t, port);
  await client.publish("a/b", "x");
  await client.publish("marker", "x");
  await received.promise;
  const reasons = log.lines.filter(({ level }) => level === "error").map(({ details }) => details);
  assert.deepEqual(reasons, [
    { topic: "a/b", reason: "thrown" },
    { topic: "a/b", reason: "rejected" },
  ]);
});

test("after a broker's restart the bus subscribes again and sends all retained state again", async (t) => {
  const first = await makeBroker(t);
  const bus = makeBus(t, { kind: "url", url: first.url });
  await bus.start();
  const received = createDeferred<IncomingMessage>();
  await bus.subscribe("earshot/test/recommend/request/+", received.resolve);
  await bus.publish(topics.micThreshold, -36);
  await bus.publish(topics.status, "online");
  await first.broker.stop();
  await makeBroker(t, first.port);
  const client = await connectTestClient(t, first.port);
  await client.subscribe("earshot/#");
  const status = await client.next(({ topic }) => topic === topics.status.topic);
  assert.equal(status.text, "online");
  const threshold = await client.next(({ topic }) => topic === topics.micThreshold.topic);
  assert.equal(threshold.text, "-36");
  await client.publish("earshot/test/recommend/request/me", "again");
  assert.equal(Buffer.from((await received.promise).payload).toString(), "again");
});

test("what comes while the bus still subscribes can be answered", async (t) => {
  const { broker, port } = await makeBroker(t);
  const client = await connectTestClient(t, port);
  await client.publish("first/topic", "x", { retain: true });
  const bus = makeBus(t, { kind: "stream", open: () => broker.openStream() });
  const answered = createDeferred<void>();
  await bus.subscribe("first/+", async () => {
    await bus.publish(topics.micLevel, -30).then(answered.resolve, answered.reject);
  });
  for (const filter of ["second/+", "third/+"]) await bus.subscribe(filter, () => {});
  await bus.start();
  await answered.promise;
});

test("a retained message for which the broker cuts the line does not lock the node out", async (t) => {
  const { port, url } = await makeBroker(t);
  const log = recordLog();
  const bus = makeBus(t, { kind: "url", url }, { log, retryFirstConnect: true });
  await bus.publish({ ...topics.status, topic: "$denied/status" }, "online");
  await bus.publish(topics.status, "online");
  const client = await connectTestClient(t, port);
  await client.subscribe(topics.status.topic);
  await bus.start();
  await client.next(({ text }) => text === "online");
  assert.ok(log.lines.some(({ details }) => JSON.stringify(details).includes("$denied/status")));
});

test("a bus that is stopped while it connects leaves no connection behind", async (t) => {
  const subscribed = createDeferred<void>();
  const asked = createDeferred<void>();
  const { bus, connections } = makeBusOnFakes(t, () => {
    asked.resolve();
    return subscribed.promise;
  });
  await bus.subscribe("a/b", () => {});
  const started = bus.start();
  await asked.promise;
  await bus.stop();
  subscribed.resolve();
  await assert.rejects(started);
  assert.equal(bus.protocolVersion(), undefined);
  assert.deepEqual(
    connections.map((connection) => connection.isOpen()),
    [false],
  );
});

test("a connection that ends late does not take the newer one with it", async (t) => {
  const { bus, connections } = makeBusOnFakes(t, () => Promise.resolve());
  await bus.start();
  await bus.stop();
  await bus.start();
  connections[0]?.onClose();
  assert.equal(bus.protocolVersion(), 5);
});

test("a broker that is not there yet is found once it is", async (t) => {
  const probe = await makeBroker(t);
  await probe.broker.stop();
  const log = recordLog();
  const bus = makeBus(t, { kind: "url", url: probe.url }, { log, retryFirstConnect: true });
  await bus.start();
  assert.equal(bus.protocolVersion(), undefined);
  assert.ok(log.lines.some(({ message }) => message.includes("trying again")));
  await bus.publish(topics.status, "online");
  await assert.rejects(
    bus.publish(replyChannel("earshot/x"), {
      id: "a",
      status: "error",
      error: { code: "internal", message: "x" },
    }),
    (error) => error instanceof EarshotError && error.code === "broker_unavailable",
  );
  await makeBroker(t, probe.port);
  const client = await connectTestClient(t, probe.port);
  await client.subscribe(topics.status.topic);
  assert.equal((await client.next(() => true)).text, "online");
});

test("when the line is cut the broker publishes the last will", async (t) => {
  const { broker, port } = await makeBroker(t);
  const opened: { destroy(): void }[] = [];
  const bus = makeBus(t, {
    kind: "stream",
    open: () => {
      const stream = broker.openStream();
      opened.push(stream);
      return stream;
    },
  });
  await bus.start();
  await bus.publish(topics.status, "online");
  const client = await connectTestClient(t, port);
  await client.subscribe(topics.status.topic);
  await client.next(({ text }) => text === "online");
  for (const stream of opened) stream.destroy();
  await client.next(({ text }) => text === "offline");
});

test("a first connect that fails is an error that says why", async (t) => {
  const { broker, url } = await makeBroker(t);
  await broker.stop();
  const bus = makeBus(t, { kind: "url", url });
  await assert.rejects(bus.start(), (error) => {
    assert.ok(error instanceof EarshotError && error.code === "broker_unavailable");
    assert.match(error.message, /ECONNREFUSED/u);
    return true;
  });
});

/** A broker in its barest form, which answers each CONNECT as it is told to by the MQTT level. */
async function startBareBroker(
  t: TestContext,
  answer: (level: number, attempt: number) => readonly number[],
) {
  const levels: number[] = [];
  const server = createServer((socket) => {
    socket.once("data", (bytes) => {
      const level = bytes[8] ?? 0;
      levels.push(level);
      const connack = answer(level, levels.length);
      const isAccepted = connack.length > 0 && connack[3] === 0;
      if (isAccepted) socket.write(Buffer.from(connack));
      else socket.end(Buffer.from(connack));
    });
    socket.on("error", () => {});
  }).listen(0, "127.0.0.1");
  t.after(() => server.close());
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return {
    route: { kind: "url", url: `mqtt://127.0.0.1:${address.port}` } as const,
    levels,
  };
}

const accepted = { 4: [0x20, 2, 0, 0], 5: [0x20, 3, 0, 0, 0] } as const;

test("a broker that says that it speaks MQTT 3.1.1 only is spoken to in 3.1.1 from then on", async (t) => {
  const bare = await startBareBroker(t, (level) => (level === 4 ? accepted[4] : [0x20, 2, 0, 1]));
  const bus = makeBus(t, bare.route);
  await bus.start();
  assert.deepEqual(bare.levels, [5, 4]);
  assert.equal(bus.protocolVersion(), 4);
  await bus.stop();
  await bus.start();
  assert.deepEqual(bare.levels, [5, 4, 4]);
});

test("a broker that hung up once is asked for MQTT 5 again at the next connect", async (t) => {
  const bare = await startBareBroker(t, (level, attempt) => {
    if (attempt === 1) return [];
    return level === 4 ? accepted[4] : accepted[5];
  });
  const bus = makeBus(t, bare.route);
  await bus.start();
  assert.equal(bus.protocolVersion(), 4);
  await bus.stop();
  await bus.start();
  assert.deepEqual(bare.levels, [5, 4, 5]);
  assert.equal(bus.protocolVersion(), 5);
});
