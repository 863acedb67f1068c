import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import mqtt from "mqtt";
import { createAllowAll } from "../../../src/broker/guard/allow-all.js";
import { openJournalFile } from "../../../src/broker/persistence/journal-file.js";
import { createPersistence } from "../../../src/broker/persistence/persistence.js";
import { systemClock } from "../../../src/clock.js";
import { aedesVersions, startGuardedBroker, type TestBroker } from "../../support/brokers.js";
import { recordLog } from "../../support/logs.js";
import { createManualClock } from "../../support/manual-clock.js";
import { connectTestClient } from "../../support/mqtt-client.js";
import { makeTempFolder } from "../../support/temp-folder.js";
import { gather } from "./run.js";

/** The node's broker with its state in a folder, with each version of Aedes. */
async function startBroker(
  t: TestContext,
  dir: string,
  { version = "2.0.0-beta.1", clock = systemClock },
): Promise<TestBroker> {
  const createAedes = aedesVersions[version];
  assert.ok(createAedes !== undefined);
  const persistence = createPersistence({ dir, clock, log: recordLog() });
  return startGuardedBroker(t, { persistence, createAedes });
}

const session = { clientId: "sleeper", clean: false };

/** The client with a session: it listens before it connects, as its messages come with the CONNACK. */
interface Sleeper {
  /** The numbers of the next so many messages. */
  numbers(count: number): Promise<readonly number[]>;
  publish(topic: string, payload: string): Promise<unknown>;
  sleep(): Promise<void>;
}

async function wake(t: TestContext, port: number): Promise<Sleeper> {
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { ...session, reconnectPeriod: 0 });
  t.after(() => client.endAsync(true));
  const inbox = new EventEmitter();
  const seen: number[] = [];
  client.on("message", (_topic, payload) => {
    seen.push(Number(payload.toString()));
    inbox.emit("message");
  });
  await new Promise<void>((resolve) => {
    client.once("connect", () => {
      resolve();
    });
  });
  await client.subscribeAsync("news/#", { qos: 1 });
  return {
    async numbers(count) {
      while (seen.length < count)
        await once(inbox, "message", { signal: AbortSignal.timeout(15_000) });
      return seen.splice(0, count);
    },
    publish: (topic, payload) => client.publishAsync(topic, payload, { qos: 1 }),
    sleep: () => client.endAsync(),
  };
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

for (const version of Object.keys(aedesVersions)) {
  test(`Aedes ${version}: a restart keeps retained messages and brings a session what it missed`, async (t) => {
    const dir = await makeTempFolder(t);
    const first = await startBroker(t, dir, { version });
    await (await wake(t, first.port)).sleep();
    const writer = await connectTestClient(t, first.port);
    for (const number of upTo(20)) await writer.publish("news/x", `${number}`);
    await writer.publish("state/x", "kept", { retain: true });
    await first.broker.stop();

    const second = await startBroker(t, dir, { version });
    const reader = await connectTestClient(t, second.port);
    await reader.subscribe("state/+");
    assert.equal((await reader.next(({ topic }) => topic === "state/x")).text, "kept");
    const back = await wake(t, second.port);
    assert.deepEqual(await back.numbers(20), upTo(20));
    await back.sleep();
    const again = await wake(t, second.port);
    await again.publish("news/end", "20");
    assert.deepEqual(await again.numbers(1), [20]);
  });

  test(`Aedes ${version}: a message is on the disk when its PUBACK comes`, async (t) => {
    const dir = await makeTempFolder(t);
    const { port } = await startBroker(t, dir, { version });
    await (await wake(t, port)).sleep();
    const writer = await connectTestClient(t, port);
    for (const qos of [1, 2]) {
      const text = `with QoS ${qos}`;
      await writer.publish("news/x", text, { qos, retain: true });
      // What a kill at this moment would leave.
      const copy = join(dir, `copy ${qos}`);
      await cp(join(dir, "state.journal"), join(copy, "state.journal"));
      const { file, records } = await openJournalFile(copy, recordLog());
      await file.close();
      const kinds = [...records]
        .filter(([, value]) => value.toString("latin1").endsWith(text))
        .map(([key]) => key.charAt(0));
      assert.deepEqual(kinds.sort(), ["q", "r"]);
    }
  });

  test(`Aedes ${version}: what comes while a queue is sent comes after it, once, in order`, async (t) => {
    const dir = await makeTempFolder(t);
    const { port } = await startBroker(t, dir, { version });
    await (await wake(t, port)).sleep();
    const writer = await connectTestClient(t, port);
    let count = 0;
    const send = async (messages: number): Promise<void> => {
      const numbers = Array.from({ length: messages }, () => count++);
      await Promise.all(numbers.map((number) => writer.publish("news/x", `${number}`)));
    };
    await send(300);
    const over = new AbortController();
    const sending = (async () => {
      while (!over.signal.aborted) await send(10);
    })();
    const back = await wake(t, port);
    const first = await back.numbers(600);
    over.abort();
    await sending;
    assert.deepEqual([...first, ...(await back.numbers(count - 600))], upTo(count));
    await back.publish("news/end", `${count}`);
    assert.deepEqual(await back.numbers(1), [count]);
  });
}

for (const [version, createAedes] of Object.entries(aedesVersions)) {
  test(`Aedes ${version}: what a user retains counts to its share, with every QoS and as a will`, async (t) => {
    const log = recordLog();
    const persistence = createPersistence({ limits: { retainedMessages: 6 }, log });
    const access = {
      ...createAllowAll(),
      authenticate: ({ username = "" }) => Promise.resolve({ name: username }),
    };
    const { port } = await startGuardedBroker(t, { persistence, access, createAedes });
    const mallory = await connectTestClient(t, port, {
      username: "mallory",
      will: { topic: "m/will", payload: Buffer.from("x"), qos: 1, retain: true },
    });
    for (const qos of [0, 1, 2] as const)
      await mallory.client.publishAsync(`m/${qos}`, "x", { qos, retain: true });
    for (const topic of ["m/fourth", "m/fifth"])
      await mallory.client.publishAsync(topic, "x", { qos: 2, retain: true });
    const watcher = await connectTestClient(t, port, { username: "bystander" });
    await watcher.subscribe("m/will");
    mallory.client.stream.destroy();
    await watcher.next(({ topic }) => topic === "m/will");
    for (const topic of ["b/1", "b/2", "b/3"])
      await watcher.client.publishAsync(topic, "x", { qos: 2, retain: true });
    const kept = await gather(persistence.aedes.createRetainedStream("#"));
    assert.deepEqual(
      kept.map(({ topic }) => topic),
      ["m/0", "m/1", "m/2", "b/1", "b/2", "b/3"],
    );
    assert.equal(Reflect.get(log.lines[0]?.details ?? {}, "user"), "mallory");
  });
}

test("an MQTT 5 session brings back Session Present, its expiry is told, and a clean start ends it", async (t) => {
  const dir = await makeTempFolder(t);
  const { port } = await startBroker(t, dir, {});
  const options = (clean: boolean) => ({
    ...session,
    clean,
    protocolVersion: 5 as const,
    properties: { sessionExpiryInterval: 0xff_ff_ff_ff },
  });
  const connack = async (clean: boolean): Promise<object> => {
    const client = await connectTestClient(t, port, options(clean));
    if (clean) await client.subscribe("news/#");
    const packet: unknown = Reflect.get(client.client, "connackPacket");
    await client.client.endAsync();
    assert.ok(typeof packet === "object" && packet !== null);
    return packet;
  };
  await connack(true);
  const resumed = await connack(false);
  assert.equal(Reflect.get(resumed, "sessionPresent"), true);
  const properties: unknown = Reflect.get(resumed, "properties");
  assert.ok(typeof properties === "object" && properties !== null);
  assert.equal(Reflect.get(properties, "sessionExpiryInterval"), 7 * 24 * 3600);
  const writer = await connectTestClient(t, port);
  await writer.publish("news/x", "missed");
  assert.equal(Reflect.get(await connack(true), "sessionPresent"), false);
  const fresh = await connectTestClient(t, port, options(false));
  await fresh.publish("news/x", "new");
  assert.equal((await fresh.next(({ topic }) => topic === "news/x")).text, "new");
});

test("a stale online of a node that died with the broker is corrected 10 s after its start", async (t) => {
  const dir = await makeTempFolder(t);
  const first = await startBroker(t, dir, {});
  const node = await connectTestClient(t, first.port, {
    clientId: "node",
    will: { topic: "n/status", payload: Buffer.from("offline"), qos: 1, retain: true },
  });
  await node.publish("n/status", "online", { retain: true });
  const copy = join(dir, "after a kill");
  await cp(join(dir, "state.journal"), join(copy, "state.journal"));
  const clock = createManualClock(Date.now());
  const second = await startBroker(t, copy, { clock });
  const watcher = await connectTestClient(t, second.port);
  await watcher.subscribe("n/status");
  assert.equal((await watcher.next(({ topic }) => topic === "n/status")).text, "online");
  clock.advance(10_000);
  assert.equal((await watcher.next(({ topic }) => topic === "n/status")).text, "offline");
});

test("a broker that is stopped and started again in one process goes on where it was", async (t) => {
  const { broker, port } = await startBroker(t, await makeTempFolder(t), {});
  await (await wake(t, port)).sleep();
  const writer = await connectTestClient(t, port);
  await writer.publish("news/x", "0");
  await broker.stop();
  await broker.start();
  const again = broker.address()?.port ?? 0;
  const second = await connectTestClient(t, again);
  await second.publish("news/x", "1");
  assert.deepEqual(await (await wake(t, again)).numbers(2), [0, 1]);
  assert.equal(broker.counters()["sessions"], 1);
});
