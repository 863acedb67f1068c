import assert from "node:assert/strict";
import { test } from "node:test";
import { recordLog } from "../../support/logs.js";
import { makeTempFolder } from "../../support/temp-folder.js";
import {
  leaveWith,
  away,
  message,
  queuedTexts,
  retainedTopics,
  startRun,
  type Run,
} from "./run.js";

/** A client with a user comes, and goes again. */
function leaveAs({ broker, persistence }: Run, owner: string, id: string): void {
  const client = { id };
  broker.connect(client);
  persistence.owners.remember(id, owner);
  broker.disconnect(client);
}

const forAway = { clientId: away.id };

test("a full queue drops its oldest message that was not sent, and counts it", async (t) => {
  const log = recordLog();
  const run = await startRun(t, { limits: { queuedMessages: 3 }, log });
  const texts = await leaveWith(run, 5);
  assert.deepEqual(await queuedTexts(run), texts.slice(2));
  assert.equal(run.persistence.counters()["messages_dropped_queue"], 2);
  const warnings = log.lines.filter(({ level }) => level === "warn");
  assert.equal(warnings.length, 1);
  assert.equal(Reflect.get(warnings[0]?.details ?? {}, "about"), "away");
});

test("a message on its way is not dropped for one that is not", async (t) => {
  const run = await startRun(t, { limits: { queuedMessages: 2 } });
  const { aedes } = run.persistence;
  const first = message("x");
  await aedes.outgoingEnqueue(forAway, first);
  await aedes.outgoingUpdate(away, { ...first, messageId: 1 });
  await aedes.outgoingEnqueue(forAway, message("x", { payload: "second" }));
  await aedes.outgoingEnqueue(forAway, message("x", { payload: "third" }));
  assert.deepEqual(await queuedTexts(run), [String(first.payload), "third"]);
});

test("a queue holds so many bytes, and a larger message is not queued at all", async (t) => {
  const run = await startRun(t, { limits: { queuedBytes: 1000 } });
  await leaveWith(run, 2);
  await run.persistence.aedes.outgoingEnqueue(forAway, message("x", { payload: "y".repeat(2000) }));
  assert.equal((await queuedTexts(run)).length, 2);
  await run.persistence.aedes.outgoingEnqueue(forAway, message("x", { payload: "z".repeat(990) }));
  assert.deepEqual(await queuedTexts(run), ["z".repeat(990)]);
});

test("when all queues together are full, the longest gives up its oldest message", async (t) => {
  const run = await startRun(t, { limits: { queuedBytesInAll: 1000 } });
  const { aedes } = run.persistence;
  await aedes.outgoingEnqueue(
    { clientId: "neighbour" },
    message("x", { payload: "n".repeat(400) }),
  );
  for (const letter of ["a", "b", "c"])
    await aedes.outgoingEnqueue(forAway, message("x", { payload: letter.repeat(290) }));
  assert.equal((await queuedTexts(run, { id: "neighbour" })).length, 1);
  assert.deepEqual(await queuedTexts(run), ["b".repeat(290), "c".repeat(290)]);
  assert.ok((run.persistence.counters()["queued_bytes"] ?? 0) <= 1000);
});

test("a user's flood of messages to its own sleeping clients costs nobody else's a message", async (t) => {
  const run = await startRun(t, { limits: { queuedBytesInAll: 10_000, queuedBytes: 2000 } });
  const { aedes } = run.persistence;
  const payload = "x".repeat(500);
  leaveAs(run, "bystander", "before");
  await aedes.outgoingEnqueue({ clientId: "before" }, message("x", { payload }));
  for (let count = 0; count < 40; count += 1) {
    const clientId = `mallory ${count % 10}`;
    leaveAs(run, "mallory", clientId);
    await aedes.outgoingEnqueue({ clientId }, message("x", { payload }));
  }
  assert.ok((run.persistence.counters()["queued_bytes"] ?? 0) > 9000);
  leaveAs(run, "bystander", "after");
  for (const letter of ["a", "b"])
    await aedes.outgoingEnqueue(
      { clientId: "after" },
      message("x", { payload: letter.repeat(500) }),
    );
  assert.deepEqual(await queuedTexts(run, { id: "before" }), [payload]);
  assert.deepEqual(await queuedTexts(run, { id: "after" }), ["a".repeat(500), "b".repeat(500)]);
  assert.ok((run.persistence.counters()["queued_bytes"] ?? 0) <= 10_000);
});

test("beyond the limit of all the session ends whose client has been away longest", async (t) => {
  const run = await startRun(t, { limits: { sessions: 2 } });
  const { aedes } = run.persistence;
  const clients = ["connected", "left first", "left second", "left last"].map((id) => ({ id }));
  for (const client of clients) {
    run.broker.connect(client);
    await aedes.addSubscriptions(client, [{ topic: "x", qos: 1 }]);
  }
  for (const client of clients.slice(1)) run.broker.disconnect(client);
  const matches = await aedes.subscriptionsByTopic("x");
  assert.deepEqual(
    matches.map(({ clientId }) => clientId),
    ["connected", "left second", "left last"],
  );
  assert.equal(run.persistence.counters()["sessions_dropped"], 1);
  assert.equal(run.persistence.counters()["sessions"], 3);
});

test("10,000 sessions of one user end that user's own, and nobody else's, over a restart as well", async (t) => {
  const log = recordLog();
  const dir = await makeTempFolder(t);
  const limits = { sessions: 50, sessionsOfOwner: 20 };
  const first = await startRun(t, { dir, limits, log });
  leaveAs(first, "bystander", "anna's phone");
  for (let count = 0; count < 10_000; count += 1) leaveAs(first, "mallory", `client ${count}`);
  assert.equal(first.persistence.counters()["sessions"], 21);
  assert.equal(first.persistence.owners.ownerOf("anna's phone"), "bystander");
  assert.equal(first.persistence.owners.ownerOf("client 9980"), "mallory");
  assert.equal(Reflect.get(log.lines[0]?.details ?? {}, "user"), "mallory");
  await first.persistence.stop();
  const second = await startRun(t, { dir, limits: { sessions: 2, sessionsOfOwner: 20 } });
  assert.equal(second.persistence.counters()["sessions"], 2);
  assert.equal(second.persistence.owners.ownerOf("anna's phone"), "bystander");
});

test("a flood of sessions that come and go leave as many as are allowed", async (t) => {
  const run = await startRun(t, { limits: { sessions: 100 } });
  for (let count = 0; count < 3000; count += 1) {
    const client = { id: `client ${count}` };
    run.broker.connect(client);
    await run.persistence.aedes.addSubscriptions(client, [{ topic: `t/${count}`, qos: 1 }]);
    run.broker.disconnect(client);
  }
  assert.equal(run.persistence.counters()["sessions"], 100);
  assert.equal((await run.persistence.aedes.countOffline()).subsCount, 100);
});

test("a new retained topic beyond the limit is refused, a known one is replaced", async (t) => {
  const log = recordLog();
  const run = await startRun(t, { limits: { retainedMessages: 2 }, log });
  const { aedes } = run.persistence;
  for (const topic of ["a", "b", "c", "a"])
    await aedes.storeRetained(message(topic, { retain: true }));
  assert.deepEqual([...(await retainedTopics(run, "#"))].sort(), ["a", "b"]);
  assert.equal(run.persistence.counters()["retained_refused"], 1);
  assert.equal(log.lines.length, 1);
  await aedes.storeRetained(message("b", { retain: true, payload: "" }));
  await aedes.storeRetained(message("c", { retain: true }));
  assert.deepEqual([...(await retainedTopics(run, "#"))].sort(), ["a", "c"]);
});

test("a value too large to be retained does not leave the former one in its place", async (t) => {
  const run = await startRun(t, { limits: { retainedBytes: 100 } });
  const { aedes } = run.persistence;
  await aedes.storeRetained(message("state", { retain: true, payload: "small" }));
  await aedes.storeRetained(message("state", { retain: true, payload: "x".repeat(200) }));
  assert.deepEqual(await retainedTopics(run, "#"), []);
  assert.equal(run.persistence.counters()["retained_bytes"], 0);
});

test("a message that is not to stay takes the topic's former one away, and is not counted as refused", async (t) => {
  const run = await startRun(t);
  const { aedes } = run.persistence;
  await aedes.storeRetained(message("request", { retain: true }));
  const passing = message("request", { retain: true });
  run.persistence.leaveUnretained(passing);
  // Aedes stores a copy.
  await aedes.storeRetained({ ...passing });
  assert.deepEqual(await retainedTopics(run, "#"), []);
  assert.equal(run.persistence.counters()["retained_refused"], 0);
});

// A million of them over the wire: bench/broker/bad-input.ts.
test("of 100,000 retained topics as many stay as are allowed", async (t) => {
  const run = await startRun(t);
  const { aedes } = run.persistence;
  for (let count = 0; count < 100_000; count += 1)
    await aedes.storeRetained(message(`t/${count}`, { retain: true }));
  assert.equal(run.persistence.counters()["retained"], 10_000);
  assert.equal(run.persistence.counters()["retained_refused"], 90_000);
});

test("a user's flood of retained topics leaves half the room to others, over a restart as well", async (t) => {
  const dir = await makeTempFolder(t);
  const limits = { retainedMessages: 100 };
  const publish = async ({ persistence }: Run, topic: string, owner: string): Promise<void> => {
    const packet = message(topic, { retain: true });
    persistence.attributeRetained(packet, owner);
    // Aedes stores a copy.
    await persistence.aedes.storeRetained({ ...packet });
  };
  const first = await startRun(t, { dir, limits });
  for (let count = 0; count < 200; count += 1) await publish(first, `m/${count}`, "mallory");
  await first.persistence.stop();
  const second = await startRun(t, { dir, limits });
  await publish(second, "m/new", "mallory");
  await publish(second, "m/0", "mallory");
  for (let count = 0; count < 50; count += 1) await publish(second, `b/${count}`, "bystander");
  assert.equal((await retainedTopics(second, "m/#")).length, 50);
  assert.equal((await retainedTopics(second, "b/#")).length, 50);
});

test("a client that never releases its QoS 2 messages is refused the next one", async (t) => {
  const run = await startRun(t, { limits: { incomingMessages: 2 } });
  const { aedes } = run.persistence;
  for (const messageId of [1, 2])
    await aedes.incomingStorePacket(away, message("x", { qos: 2, messageId }));
  await assert.rejects(
    aedes.incomingStorePacket(away, message("x", { qos: 2, messageId: 3 })),
    /2 QoS 2 messages wait for PUBREL/u,
  );
});

test("names in the log cannot rewrite a terminal", async (t) => {
  const log = recordLog();
  const run = await startRun(t, { limits: { retainedMessages: 0 }, log });
  const topic = `\u001B[31m\u202E${"x".repeat(1000)}`;
  await run.persistence.aedes.storeRetained(message(topic, { retain: true }));
  const about = String(Reflect.get(log.lines[0]?.details ?? {}, "about"));
  assert.match(about, /^·\[31m·x{58}$/u);
});
