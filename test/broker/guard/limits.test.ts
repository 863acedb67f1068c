// What happens at each limit: clients that send nothing, too much, too often, or do not read.
import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultGuardLimits, type GuardLimits } from "../../../src/broker/guard/limits.js";
import { startGuardedBroker, type TestBroker } from "../../support/brokers.js";
import { createFuzzListeners } from "../../support/fuzz-run.js";
import { connect, packet, pingreq, publish, subscribe, text } from "../../support/mqtt-bytes.js";
import { connectRaw, type RawClient } from "../../support/raw-client.js";

type Context = Parameters<typeof connectRaw>[0];

const types = { connack: 2, publish: 3, puback: 4, suback: 9, pingresp: 13 };

function start(t: Context, limits: Partial<GuardLimits> = {}): Promise<TestBroker> {
  return startGuardedBroker(t, { limits });
}

async function open(t: Context, port: number, version: 4 | 5 = 4): Promise<RawClient> {
  const client = await connectRaw(t, port);
  client.send(connect({ version, clientId: `c${Math.random()}` }));
  assert.equal((await client.next(types.connack))?.[3], 0);
  return client;
}

test("a CONNECT must be there in time, whatever trickles in: one byte a while is no way to stay", async (t) => {
  const { broker, port } = await start(t, { connectMs: 300 });
  const client = await connectRaw(t, port);
  const bytes = connect({ version: 4, clientId: "slowloris" });
  let sent = 0;
  const drip = setInterval(() => client.socket.write(bytes.subarray(sent, ++sent)), 100);
  t.after(() => {
    clearInterval(drip);
  });
  await client.closed();
  assert.equal(broker.counters()["dropped_silent"], 1);
});

test("a packet that does not end is not waited for", async (t) => {
  const { broker, port } = await start(t, { packetMs: 200 });
  const client = await open(t, port);
  client.send(publish({ version: 4, topic: "a", payload: "long" }).subarray(0, 5));
  await client.closed();
  assert.equal(broker.counters()["dropped_malformed"], 1);
});

test("a packet in many pieces arrives whole", async (t) => {
  const { port } = await start(t);
  const client = await open(t, port);
  client.send(subscribe(4, ["a"]));
  await client.next(types.suback);
  const message = publish({ version: 4, topic: "a", payload: "p".repeat(300) });
  for (const byte of message) client.socket.write(Buffer.from([byte]));
  assert.equal((await client.next(types.publish))?.length, message.length);
});

test("silent connections beyond their limit end the oldest: a new client always gets in", async (t) => {
  const { broker, port } = await start(t, { silentConnections: 20 });
  const silent = [];
  for (let count = 0; count < 60; count += 1) silent.push(await connectRaw(t, port));
  await silent[0]?.closed();
  await open(t, port);
  assert.equal(broker.counters()["clients"], 1);
  assert.ok((broker.counters()["dropped_silent"] ?? 0) >= 39);
});

test("a broker that is full says so: CONNACK 3, or 0x89 in MQTT 5", async (t) => {
  const { broker, port } = await start(t, { clients: 1 });
  const first = await open(t, port);
  for (const [version, code] of [
    [4, 3],
    [5, 0x89],
  ] as const) {
    const client = await connectRaw(t, port);
    client.send(connect({ version, clientId: "more" }));
    assert.equal((await client.next(types.connack))?.[3], code);
    await client.closed();
  }
  first.socket.destroy();
  await first.closed();
  // Its end reaches the broker a little later than us.
  while (broker.counters()["clients"] !== 0) await new Promise(setImmediate);
  await open(t, port);
  assert.equal(broker.counters()["connections_refused"], 2);
});

test("one address gets its share of clients and of connects a second", async (t) => {
  const few = await start(t, { clientsPerAddress: 1 });
  await open(t, few.port);
  const more = await connectRaw(t, few.port);
  more.send(connect({ version: 5, clientId: "more" }));
  assert.equal((await more.next(types.connack))?.[3], 0x97);
  const slow = await start(t, { connectsPerSecond: 0.1, connectBurst: 1 });
  await open(t, slow.port);
  const quick = await connectRaw(t, slow.port);
  quick.send(connect({ version: 5, clientId: "quick" }));
  assert.equal((await quick.next(types.connack))?.[3], 0x9f);
});

test("filters beyond the limit are refused one by one: 0x80, or 0x97 in MQTT 5", async (t) => {
  const { port } = await start(t, { subscriptionsPerClient: 2 });
  for (const [version, code] of [
    [4, 0x80],
    [5, 0x97],
  ] as const) {
    const client = await open(t, port, version);
    client.send(subscribe(version, ["a", "b", "a", "c", "d"]));
    assert.deepEqual(
      [...((await client.next(types.suback))?.subarray(-5) ?? [])],
      [0, 0, 0, code, code],
    );
  }
});

test("100,000 filters in one packet are answered one by one, and 1000 of them granted", async (t) => {
  const { port } = await start(t);
  const client = await open(t, port);
  const entries = Array.from({ length: 100_000 }, (_, index) => `\0\u0006${100_000 + index}\0`);
  client.send(packet(0x82, [0, 9], Buffer.from(entries.join(""), "latin1")));
  const codes = (await client.next(types.suback))?.subarray(-100_000) ?? Buffer.alloc(0);
  assert.equal(
    codes.filter((code) => code === 0).length,
    defaultGuardLimits.subscriptionsPerClient,
  );
});

test("more unfinished QoS 2 messages than Receive Maximum end the connection [MQTT-3.3.4-7]", async (t) => {
  const { port } = await start(t, { receiveMaximum: 2 });
  const client = await open(t, port, 5);
  for (const identifier of [1, 2, 2, 3]) {
    client.send(publish({ version: 5, topic: "a", flags: 4, identifier }));
  }
  await client.closed();
  assert.equal(client.packets.at(-1)?.[2], 0x93);
});

test("a client that floods is read more slowly, and loses nothing", async (t) => {
  const { broker, port } = await start(t, { publishesPerSecond: 500 });
  const watcher = await open(t, port);
  watcher.send(subscribe(4, ["flood"]));
  await watcher.next(types.suback);
  const client = await open(t, port);
  const startedMs = performance.now();
  client.send(...Array.from({ length: 800 }, () => publish({ version: 4, topic: "flood" })));
  for (let count = 0; count < 800; count += 1) await watcher.next(types.publish);
  client.send(pingreq);
  await client.next(types.pingresp);
  assert.ok(performance.now() - startedMs > 400, "800 at 500 a second, 500 of them at once");
  assert.equal(broker.counters()["slowed_down"], 1);
});

test("a client that is read more slowly is not taken for one that has gone, however much it sent at once", async (t) => {
  const { port } = await start(t, { publishesPerSecond: 10 });
  const watcher = await open(t, port);
  watcher.send(subscribe(4, ["flood"]));
  await watcher.next(types.suback);
  const client = await connectRaw(t, port);
  client.send(connect({ version: 4, keepAlive: 1 }));
  await client.next(types.connack);
  client.send(...Array.from({ length: 40 }, () => publish({ version: 4, topic: "flood" })));
  await watcher.next(types.publish);
  client.send(pingreq);
  assert.ok((await client.next(types.pingresp)) !== undefined);
  for (let count = 1; count < 40; count += 1) await watcher.next(types.publish);
});

test("a subscriber that does not read is dropped, by name, and its neighbour waits for nothing", async (t) => {
  const { broker, port, log } = await start(t, { unreadBytes: 256 * 1024 });
  const frozen = await connectRaw(t, port);
  const stranger = await connectRaw(t, port);
  stranger.send(pingreq);
  await stranger.closed();
  frozen.send(connect({ version: 4, clientId: "frozen" }), subscribe(4, ["busy"]));
  await frozen.next(types.suback);
  frozen.socket.pause();
  const neighbour = await open(t, port);
  neighbour.send(subscribe(4, ["busy"]));
  await neighbour.next(types.suback);
  const publisher = await open(t, port);
  const message = publish({ version: 4, topic: "busy", payload: "x".repeat(64 * 1024) });
  for (let count = 0; count < 150; count += 1) {
    publisher.send(message);
    assert.equal((await neighbour.next(types.publish))?.length, message.length);
  }
  assert.equal(broker.counters()["dropped_slow"], 1);
  // The stranger's line a moment ago does not hold back this one.
  const named = log.lines.map(({ details }) => Reflect.get(details, "client"));
  assert.deepEqual(named, [undefined, "frozen"]);
});

test("a client that is slow to read two large messages in a row is not taken for one that has stopped", async (t) => {
  const listeners = createFuzzListeners();
  const { broker, port } = await startGuardedBroker(t, { listeners });
  // No network in between: nothing waits in buffers of the system.
  const slow = listeners.open();
  t.after(() => slow.destroy());
  slow.write(Buffer.concat([connect({ version: 4, clientId: "slow" }), subscribe(4, ["large"])]));
  await new Promise<void>((resolve) => {
    slow.on("data", (bytes: Buffer) => {
      if (!bytes.includes(0x90)) return;
      slow.pause();
      resolve();
    });
  });
  const publisher = await open(t, port);
  publisher.send(subscribe(4, ["large"]));
  await publisher.next(types.suback);
  const message = publish({ version: 4, topic: "large", payload: "l".repeat(1_000_000) });
  publisher.send(message, message);
  for (let count = 0; count < 2; count += 1) await publisher.next(types.publish);
  assert.equal(broker.counters()["dropped_slow"], 0);
});

test("thousands of retained messages do not make their reader look like one that does not read", async (t) => {
  const { broker, port } = await start(t, { unreadBytes: 512 * 1024 });
  const publisher = await open(t, port);
  const payload = "r".repeat(16 * 1024);
  const count = 500;
  for (let index = 0; index < count; index += 1) {
    publisher.send(publish({ version: 4, topic: `r/${index}`, flags: 1, payload }));
  }
  publisher.send(pingreq);
  await publisher.next(types.pingresp);
  const reader = await open(t, port);
  reader.send(subscribe(4, ["r/+"]));
  await reader.next(types.suback);
  reader.socket.pause();
  setTimeout(() => reader.socket.resume(), 200);
  for (let index = 0; index < count; index += 1) {
    assert.ok((await reader.next(types.publish)) !== undefined);
  }
  assert.equal(broker.counters()["dropped_slow"], 0);
});

test("a sign-in that is refused makes one line and one count, by who refused it", async (t) => {
  const { broker, port, log } = await startGuardedBroker(t, {
    access: {
      // The access rules log for themselves.
      authenticate: ({ clientId }) =>
        Promise.resolve(clientId === "wrong" ? undefined : { name: "anna" }),
      mayPublish: () => false,
      mayStay: () => true,
      maySubscribe: () => true,
      mayReceive: () => true,
      mayTakeOver: () => false,
      onChange: () => {},
    },
  });
  const will = [text("secret/w"), text("x")];
  for (const fields of [
    { clientId: "wrong" },
    { clientId: "will", flags: 6, rest: will },
  ] as const) {
    const client = await connectRaw(t, port);
    client.send(connect({ version: 4, ...fields }));
    assert.equal((await client.next(types.connack))?.[3], 5);
    await client.closed();
  }
  const { auth_failures: failures, connections_refused: refused } = broker.counters();
  assert.deepEqual([failures, refused], [1, 1]);
  const reasons = log.lines.map(({ details }) => Reflect.get(details, "reason"));
  assert.deepEqual(reasons, ["not allowed to publish the will to secret/w"]);
});

test("a user who is gone is dropped at once, with 0x87 in MQTT 5", async (t) => {
  let change: (isStillValid: (identity: { name: string }) => boolean) => void = () => {};
  const { port } = await startGuardedBroker(t, {
    access: {
      authenticate: ({ username }) => Promise.resolve({ name: username ?? "" }),
      mayPublish: () => true,
      mayStay: () => true,
      maySubscribe: () => true,
      mayReceive: () => true,
      mayTakeOver: () => false,
      onChange(listener) {
        change = listener;
      },
    },
  });
  const gone = await connectRaw(t, port);
  gone.send(connect({ version: 5, clientId: "x", flags: 0x82, rest: [text("gone")] }));
  await gone.next(types.connack);
  const stays = await open(t, port);
  change(({ name }) => name !== "gone");
  await gone.closed();
  assert.equal(gone.packets.at(-1)?.[2], 0x87);
  stays.send(pingreq);
  assert.ok((await stays.next(types.pingresp)) !== undefined);
});
