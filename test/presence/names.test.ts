import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test, type TestContext } from "node:test";
import { createEmbeddedBroker } from "../../src/broker/embedded.js";
import { createBus } from "../../src/bus/bus.js";
import type { Route } from "../../src/bus/connection.js";
import { createConnector } from "../../src/bus/negotiate.js";
import { createSideLine } from "../../src/bus/side-line.js";
import { nodeTopics, retainedTopics } from "../../src/contract/topics.js";
import { createClearing } from "../../src/presence/clearing.js";
import { chooseName } from "../../src/presence/choose-name.js";
import { createFormerNames } from "../../src/presence/former-names.js";
import { claimName, isNameHeld } from "../../src/presence/name-claim.js";
import { createNameHolder } from "../../src/presence/name-holder.js";
import { recordLog } from "../support/logs.js";
import { connectTestClient } from "../support/mqtt-client.js";
import { makeTempFolder } from "../support/temp-folder.js";

const broker = createEmbeddedBroker({ host: "127.0.0.1", port: 0, log: recordLog() });
before(() => broker.start());
after(() => broker.stop());

function port(): number {
  return broker.address()?.port ?? 0;
}

function openRoute(): Route {
  return { kind: "url", url: `mqtt://127.0.0.1:${port()}` };
}

function makeLine() {
  return createSideLine(createConnector("auto"), openRoute());
}

/** A live node as far as its name goes. */
async function runNode(t: TestContext, node: string, instance: string) {
  const connect = createConnector("auto");
  const log = recordLog();
  const bus = createBus({
    log: recordLog(),
    retryFirstConnect: false,
    connect: (events) =>
      connect({
        ...events,
        route: openRoute(),
        clientId: `test-${instance}`,
        timeoutMs: 5000,
      }),
  });
  t.after(() => bus.stop());
  await bus.start();
  const startedAt = "2026-11-23T10:00:00.000Z";
  const address = { base: "earshot", node };
  const holder = createNameHolder({ bus, address, instance, startedAt, log });
  await holder.start();
  return { holder, log };
}

test("a live node keeps its name: the newcomer is told whose it is and what to do", async (t) => {
  await runNode(t, "kitchen", "first");
  await assert.rejects(
    chooseName({
      openLine: makeLine().open,
      address: { base: "earshot", node: "kitchen" },
      instance: "second",
      onCollision: "stop",
      log: recordLog(),
    }),
    /node\.id: another live node on this broker is earshot\/kitchen already \(instance first, up since 2026.*--node\.id kitchen-2.*node\.onCollision: suffix/u,
  );
});

test("a newcomer that may takes the first free suffix", async (t) => {
  const long = "n".repeat(32);
  await runNode(t, long, "first");
  await runNode(t, `${"n".repeat(30)}-2`, "second");
  const log = recordLog();
  const { node, release } = await chooseName({
    openLine: makeLine().open,
    address: { base: "earshot", node: long },
    instance: "third",
    onCollision: "suffix",
    log,
  });
  t.after(release);
  assert.equal(node, `${"n".repeat(30)}-3`);
  assert.ok(log.lines.some(({ level }) => level === "warn"));
});

test("what a dead node left retained is no collision", async (t) => {
  const address = { base: "earshot", node: "dead" };
  const client = await connectTestClient(t, port());
  await client.publish("earshot/dead/status", "online", { retain: true });
  const claim = await claimName(makeLine().open, address, "again");
  t.after(() => claim.release());
  assert.equal(claim.holder, undefined);
});

test("of two that claim a name at the same moment one gets it", async (t) => {
  const address = { base: "earshot", node: "twins" };
  const claims = await Promise.all([
    claimName(makeLine().open, address, "aaa"),
    claimName(makeLine().open, address, "bbb"),
  ]);
  for (const claim of claims) t.after(() => claim.release());
  assert.deepEqual(
    claims.map(({ holder }) => holder?.instance),
    [undefined, "aaa"],
  );
});

test("a claim is defended until it is released", async (t) => {
  const address = { base: "earshot", node: "held" };
  const first = await claimName(makeLine().open, address, "zzz");
  const second = await claimName(makeLine().open, address, "aaa");
  t.after(() => second.release());
  assert.equal(second.holder?.instance, "zzz");
  await first.release();
  assert.equal(await isNameHeld(makeLine().open, address), false);
});

test("nonsense on the claim's topic is no claim", async (t) => {
  const address = { base: "earshot", node: "noise" };
  const client = await connectTestClient(t, port());
  await client.subscribe("earshot/noise/claim");
  const claiming = claimName(makeLine().open, address, "mine");
  await client.next(() => true);
  for (const text of ["", "{", '{"state":"holds"}', "x".repeat(100_000)]) {
    await client.publish("earshot/noise/claim", text);
  }
  const claim = await claiming;
  t.after(() => claim.release());
  assert.equal(claim.holder, undefined);
});

test("without a broker the node keeps its configured name", async () => {
  const { node } = await chooseName({
    openLine: () => Promise.reject(new Error("nobody there")),
    address: { base: "earshot", node: "kitchen" },
    instance: "x",
    onCollision: "suffix",
    log: recordLog(),
  });
  assert.equal(node, "kitchen");
});

test("two nodes that could not ask find out with their next connect", async (t) => {
  const one = await runNode(t, "double", "one");
  const two = await runNode(t, "double", "two");
  const client = await connectTestClient(t, port());
  await client.subscribe("earshot/double/claim");
  two.holder.connected();
  await client.next(({ text }) => text.includes("holds"));
  one.holder.connected();
  await client.next(({ text }) => text.includes("holds"));
  assert.match(two.log.lines[0]?.message ?? "", /another live node has this node's name/u);
});

test("a node that was renamed clears what its former name left, unless that is somebody's", async (t) => {
  const client = await connectTestClient(t, port());
  const dataDir = await makeTempFolder(t);
  const line = makeLine();
  const begin = async (node: string): Promise<void> => {
    const names = createFormerNames({
      address: { base: "earshot", node },
      dataDir,
      log: recordLog(),
      clear: createClearing(line),
    });
    await names.start();
    await names.stop();
  };
  const leave = async (node: string): Promise<void> => {
    for (const topic of retainedTopics({ base: "earshot", node })) {
      await client.publish(topic, "something", { retain: true });
    }
  };
  await begin("old");
  await leave("old");
  await begin("middle");
  await leave("middle");
  await runNode(t, "middle", "a node that took the name");
  await begin("new");
  await client.subscribe("earshot/old/#");
  await client.subscribe("earshot/middle/#");
  for (const topic of retainedTopics({ base: "earshot", node: "middle" })) {
    await client.next((seen) => seen.topic === topic);
  }
  assert.deepEqual(client.seen, []);
  assert.deepEqual(JSON.parse(await readFile(join(dataDir, "names.json"), "utf8")), {
    names: [{ base: "earshot", node: "new" }],
  });
});

test("every retained channel of a node is known to the clearing", () => {
  const topics = retainedTopics({ base: "earshot", node: "n" });
  assert.ok(topics.includes(nodeTopics({ base: "earshot", node: "n" }).status.topic));
  assert.ok(!topics.some((topic) => /peak|level|set|claim|reply|request/u.test(topic)));
  assert.equal(topics.length, 9);
});
