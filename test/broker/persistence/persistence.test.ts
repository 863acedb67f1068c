import assert from "node:assert/strict";
import { test } from "node:test";
import { createManualClock } from "../../support/manual-clock.js";
import { makeTempFolder } from "../../support/temp-folder.js";
import { away, gather, leaveWith, message, queuedTexts, retainedTopics, startRun } from "./run.js";

test("sessions, subscriptions and queues survive a restart, the queues in their order", async (t) => {
  const dir = await makeTempFolder(t);
  const first = await startRun(t, { dir });
  const texts = await leaveWith(first, 12);
  await first.persistence.stop();
  const second = await startRun(t, { dir });
  assert.deepEqual(await queuedTexts(second), texts);
  const subscriptions = await second.persistence.aedes.subscriptionsByClient(away);
  assert.deepEqual(subscriptions, [{ topic: "news/#", qos: 2 }]);
  const { aedes } = second.persistence;
  await aedes.outgoingEnqueueCombi(await aedes.subscriptionsByTopic("news/x"), message("news/x"));
  await second.persistence.stop();
  assert.equal((await queuedTexts(await startRun(t, { dir }))).length, 13);
});

test("a message keeps its MQTT 5 properties over a restart, whatever they are called", async (t) => {
  const dir = await makeTempFolder(t);
  const first = await startRun(t, { dir });
  await leaveWith(first, 0);
  const properties = {
    responseTopic: "reply/here",
    correlationData: Buffer.from([0, 255, 1]),
    userProperties: JSON.parse('{"__proto__":"x","constructor":["a","b"]}'),
  };
  const packet = message("news/today", { properties, messageExpiry: Date.now() + 60_000 });
  await first.persistence.aedes.outgoingEnqueue({ clientId: away.id, qos: 1 }, packet);
  const [inMemory] = await gather(first.persistence.aedes.outgoingStream(away));
  await first.persistence.stop();
  const second = await startRun(t, { dir });
  const [restored] = await gather(second.persistence.aedes.outgoingStream(away));
  assert.deepEqual(restored, inMemory);
  assert.ok(restored !== undefined && "properties" in restored);
  assert.deepEqual(restored.properties, properties);
});

test("a QoS 2 exchange goes on after a restart where it was", async (t) => {
  const dir = await makeTempFolder(t);
  const first = await startRun(t, { dir });
  await leaveWith(first, 2, 2);
  const { aedes } = first.persistence;
  const [one, two] = await gather(aedes.outgoingStream(away));
  assert.ok(one !== undefined && "topic" in one && two !== undefined && "topic" in two);
  await aedes.outgoingUpdate(away, { ...one, messageId: 7 });
  await aedes.outgoingUpdate(away, { ...two, messageId: 8 });
  await aedes.outgoingUpdate(away, { cmd: "pubrel", messageId: 7 });
  await aedes.incomingStorePacket(away, message("from/away", { qos: 2, messageId: 7 }));
  await first.persistence.synced();
  // Killed: no stop.
  const second = await startRun(t, { dir });
  const [pubrel, publish] = await gather(second.persistence.aedes.outgoingStream(away));
  assert.deepEqual(pubrel, { cmd: "pubrel", messageId: 7 });
  assert.equal(publish?.messageId, 8);
  await second.persistence.aedes.incomingGetPacket(away, { messageId: 7 });
  await assert.rejects(second.persistence.aedes.incomingGetPacket(away, { messageId: 8 }));
});

test("a second PUBREL for a message is harmless", async (t) => {
  const { persistence } = await startRun(t);
  await persistence.aedes.incomingStorePacket(away, message("x", { qos: 2, messageId: 1 }));
  await persistence.aedes.incomingDelPacket(away, { messageId: 1 });
  await persistence.aedes.incomingDelPacket(away, { messageId: 1 });
});

test("what was sent before is sent again with DUP, also when the process was killed", async (t) => {
  const dir = await makeTempFolder(t);
  const first = await startRun(t, { dir });
  await leaveWith(first, 1);
  first.broker.connect(away);
  const [packet] = await gather(first.persistence.aedes.outgoingStream(away));
  assert.equal(packet?.cmd === "publish" && packet.dup, false);
  assert.ok(packet !== undefined && "topic" in packet);
  await first.persistence.aedes.outgoingUpdate(away, { ...packet, messageId: 5 });
  await first.persistence.synced();
  const afterKill = await startRun(t, { dir });
  const [again] = await gather(afterKill.persistence.aedes.outgoingStream(away));
  assert.ok(again !== undefined && "dup" in again && again.dup === true);
  first.broker.disconnect(away);
  first.broker.connect(away);
  const [sentAgain] = await gather(first.persistence.aedes.outgoingStream(away));
  assert.ok(sentAgain !== undefined && "dup" in sentAgain && sentAgain.dup === true);
});

test("a clean session gets nothing of the one before it, and leaves nothing", async (t) => {
  const dir = await makeTempFolder(t);
  const run = await startRun(t, { dir });
  await leaveWith(run, 3);
  const clean = { id: away.id, clean: true };
  await run.persistence.aedes.cleanSubscriptions(clean);
  run.broker.connect(clean);
  assert.deepEqual(await queuedTexts(run), []);
  assert.deepEqual(await run.persistence.aedes.subscriptionsByTopic("news/today"), []);
  await run.persistence.aedes.incomingStorePacket(clean, message("x", { qos: 2, messageId: 1 }));
  run.broker.disconnect(clean);
  await assert.rejects(run.persistence.aedes.incomingGetPacket(clean, { messageId: 1 }));
  await run.persistence.stop();
  const next = await startRun(t, { dir });
  assert.deepEqual(await queuedTexts(next), []);
  assert.equal(next.persistence.counters()["sessions"], 0);
});

test("a session taken over is the new connection's, whatever the old one's end says", async (t) => {
  const run = await startRun(t);
  const old = { id: "phone", sessionExpiryInterval: 100 };
  const fresh = { id: "phone", sessionExpiryInterval: 100 };
  run.broker.connect(old);
  await run.persistence.aedes.addSubscriptions(old, [{ topic: "a", qos: 1 }]);
  run.broker.connect(fresh);
  run.broker.disconnect({ ...old, clean: true });
  assert.equal((await run.persistence.aedes.subscriptionsByClient(fresh)).length, 1);
});

for (const { what, interval } of [
  { what: "an MQTT 3.1.1 session", interval: undefined },
  { what: "an MQTT 5 session that should never end", interval: 0xff_ff_ff_ff },
]) {
  test(`${what} ends a week after its client left, its queue with it`, async (t) => {
    const dir = await makeTempFolder(t);
    const clock = createManualClock(1_000_000);
    const client = interval === undefined ? away : { ...away, sessionExpiryInterval: interval };
    const first = await startRun(t, { dir, clock });
    await leaveWith(first, 2);
    first.broker.connect(client);
    first.broker.disconnect(client);
    clock.advance(6 * 24 * 3600_000);
    assert.equal((await queuedTexts(first)).length, 2);
    await first.persistence.stop();
    // Time goes on while the node is off.
    clock.advance(24 * 3600_000);
    const second = await startRun(t, { dir, clock });
    assert.deepEqual(await queuedTexts(second), []);
    assert.equal(second.persistence.counters()["sessions_expired"], 1);
    await second.persistence.stop();
    assert.equal((await startRun(t, { dir, clock })).persistence.counters()["sessions"], 0);
  });
}

test("an MQTT 5 session ends after its own interval, never while its client is there", async (t) => {
  const clock = createManualClock(1_000_000);
  const run = await startRun(t, { clock });
  const client = { ...away, sessionExpiryInterval: 120 };
  await leaveWith(run, 1);
  run.broker.connect(client);
  clock.advance(600_000);
  assert.equal((await queuedTexts(run)).length, 1);
  run.broker.disconnect(client);
  clock.advance(60_000);
  assert.equal((await queuedTexts(run)).length, 1);
  clock.advance(60_000);
  assert.deepEqual(await queuedTexts(run), []);
});

test("messages whose time is over leave the queue and the retained ones", async (t) => {
  const dir = await makeTempFolder(t);
  const clock = createManualClock(1_000_000);
  const first = await startRun(t, { dir, clock });
  const texts = await leaveWith(first, 1);
  const { aedes } = first.persistence;
  const soon = { messageExpiry: clock.now() + 30_000 };
  await aedes.outgoingEnqueue({ clientId: away.id }, message("news/short", soon));
  await aedes.storeRetained(message("state/short", { ...soon, retain: true }));
  await aedes.storeRetained(message("state/long", { retain: true }));
  await first.persistence.stop();
  clock.advance(31_000);
  const second = await startRun(t, { dir, clock });
  assert.deepEqual(await queuedTexts(second), texts);
  assert.deepEqual(await retainedTopics(second, "#"), ["state/long"]);
  assert.equal(second.persistence.counters()["retained"], 1);
});

test("retained messages survive a kill once synced, removed ones stay removed", async (t) => {
  const dir = await makeTempFolder(t);
  const { persistence } = await startRun(t, { dir });
  const { aedes } = persistence;
  await aedes.storeRetained(message("a", { retain: true, qos: 1 }));
  await aedes.storeRetained(message("b", { retain: true, qos: 1 }));
  await persistence.synced();
  await aedes.storeRetained(message("a", { retain: true, qos: 1, payload: Buffer.alloc(0) }));
  await aedes.storeRetained(message("b", { retain: true, qos: 1, payload: Buffer.from("new") }));
  await persistence.synced();
  const next = await startRun(t, { dir });
  const found = await gather(next.persistence.aedes.createRetainedStream("#"));
  assert.deepEqual(
    found.map(({ topic, payload }) => [topic, String(payload)]),
    [["b", "new"]],
  );
});

test("+ matches an empty level, and neither + nor # a topic that starts with $", async (t) => {
  const run = await startRun(t);
  const { aedes } = run.persistence;
  for (const topic of ["/finance", "$SYS/load", "sport", "sport/", "sport/tennis/player"]) {
    await aedes.storeRetained(message(topic, { retain: true }));
    await aedes.addSubscriptions({ id: topic }, [{ topic, qos: 1 }]);
  }
  const filters = [
    "+/+",
    "+",
    "#",
    "/+",
    "sport/#",
    "sport/+",
    "$SYS/#",
    "+/load",
    "sport/+/player",
  ];
  const expected: Readonly<Record<string, readonly string[]>> = {
    "+/+": ["/finance", "sport/"],
    "+": ["sport"],
    "#": ["/finance", "sport", "sport/", "sport/tennis/player"],
    "/+": ["/finance"],
    "sport/#": ["sport", "sport/", "sport/tennis/player"],
    "sport/+": ["sport/"],
    "$SYS/#": ["$SYS/load"],
    "+/load": [],
    "sport/+/player": ["sport/tennis/player"],
  };
  for (const filter of filters) {
    assert.deepEqual(await retainedTopics(run, filter), expected[filter], filter);
    const client = { id: `subscriber of ${filter}` };
    await aedes.addSubscriptions(client, [{ topic: filter, qos: 1 }]);
    const matched: string[] = [];
    for (const topic of ["/finance", "$SYS/load", "sport", "sport/", "sport/tennis/player"]) {
      const matches = await aedes.subscriptionsByTopic(topic);
      if (matches.some(({ clientId }) => clientId === client.id)) matched.push(topic);
    }
    assert.deepEqual(matched, expected[filter], filter);
  }
});

test("names of Object's own are clients, filters and topics like any other", async (t) => {
  const dir = await makeTempFolder(t);
  const first = await startRun(t, { dir });
  for (const name of ["__proto__", "constructor", "toString"]) {
    const { aedes } = first.persistence;
    first.broker.connect({ id: name });
    await aedes.addSubscriptions({ id: name }, [{ topic: name, qos: 1 }]);
    await aedes.outgoingEnqueueCombi(await aedes.subscriptionsByTopic(name), message(name));
    await aedes.storeRetained(message(name, { retain: true }));
    await aedes.putWill({ id: name }, message(name));
  }
  await first.persistence.stop();
  const second = await startRun(t, { dir });
  for (const name of ["__proto__", "constructor", "toString"]) {
    assert.equal((await queuedTexts(second, { id: name })).length, 1);
    assert.deepEqual(await retainedTopics(second, name), [name]);
    assert.equal((await second.persistence.aedes.getWill({ id: name }))?.topic, name);
  }
});
