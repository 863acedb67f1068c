import assert from "node:assert/strict";
import { test } from "node:test";
import type { Access, Identity } from "../../../src/broker/parts.js";
import { EarshotError } from "../../../src/errors.js";
import { startGuardedBroker } from "../../support/brokers.js";
import { createPersistence } from "../../../src/broker/persistence/persistence.js";
import { recordLog } from "../../support/logs.js";
import { connect, pingreq, publish, subscribe, text } from "../../support/mqtt-bytes.js";
import { connectRaw, type RawClient } from "../../support/raw-client.js";
import {
  credentials,
  loopback,
  network,
  openAccess,
  own,
  password,
  writeUsers,
} from "./support.js";

const n = "earshot/kitchen";

async function enter(access: Access, name: string, clientId = name): Promise<Identity> {
  const identity = await access.authenticate(credentials(name, { clientId }));
  assert.ok(identity !== undefined, name);
  return identity;
}

test("without users this machine is served and nobody else, unless it is allowed at length", async (t) => {
  const { access } = await openAccess(t, {});
  const anybody = credentials(undefined, { peer: loopback });
  assert.deepEqual(await access.authenticate(anybody), { name: "" });
  const mapped = { ...loopback, address: "::ffff:127.0.0.1" };
  assert.ok(await access.authenticate(credentials("any", { peer: mapped })));
  for (const peer of [network, { ...network, address: "fe80::1" }, { ...network, address: "" }])
    assert.equal(await access.authenticate(credentials(undefined, { peer })), undefined);
  const open = await openAccess(t, {}, { isOpenToNetwork: true });
  assert.deepEqual(await open.access.authenticate(credentials(undefined)), { name: "" });
});

test("with users everybody needs one, on this machine too; the node's own client does not", async (t) => {
  const { access } = await openAccess(t, { anna: { role: "admin" } }, { isOpenToNetwork: true });
  for (const peer of [loopback, network])
    assert.equal(await access.authenticate(credentials(undefined, { peer })), undefined);
  assert.deepEqual(await access.authenticate(credentials(undefined, { peer: own })), {
    name: "$node",
  });
  assert.deepEqual(await enter(access, "anna"), { name: "anna" });
});

test("a wrong password, an unknown name and an empty password are refused alike", async (t) => {
  const { access, log } = await openAccess(t, { anna: {}, cert: { password: undefined } });
  const refused: readonly (readonly [string, Buffer | undefined])[] = [
    ["anna", Buffer.from("wrong")],
    ["nobody", Buffer.from("correct horse")],
    ["anna", undefined],
    ["cert", undefined],
    ["$node", undefined],
    ["__proto__", Buffer.from("correct horse")],
    ["anna", Buffer.alloc(5000, 97)],
  ];
  for (const [index, [name, password]] of refused.entries()) {
    const peer = { ...network, address: `192.168.2.${index}` };
    assert.equal(await access.authenticate(credentials(name, { password, peer })), undefined, name);
  }
  assert.ok(!JSON.stringify(log.lines).includes("correct horse"));
});

test("a client that cannot be checked now hears that the broker is busy, not that it is wrong", async (t) => {
  const { access } = await openAccess(t, { anna: {} });
  const authenticate = async () => {
    throw new EarshotError("broker_unavailable", "too many sign in at once");
  };
  const { broker, port } = await startGuardedBroker(t, { access: { ...access, authenticate } });
  for (const [version, code] of [
    [4, 3],
    [5, 0x88],
  ] as const) {
    const client = await connectRaw(t, port);
    client.send(connect({ version, clientId: "anna" }));
    assert.equal((await client.next(2))?.[3], code);
    await client.closed();
  }
  assert.equal(broker.counters()["auth_failures"], 0);
});

test("the commands of this machine sign in with the password of this run", async (t) => {
  const { access, cliAccess } = await openAccess(t, { anna: {} });
  const right = Buffer.from(cliAccess.password);
  const identity = await access.authenticate(credentials("$cli", { password: right }));
  assert.ok(identity !== undefined);
  assert.ok(access.maySubscribe(identity, "x", "earshot/+/recommend/reply/+"));
  assert.ok(access.mayPublish(identity, "x", "earshot/any/recommend/request/cli-1"));
  for (const password of [Buffer.from("wrong"), undefined])
    assert.equal(await access.authenticate(credentials("$cli", { password })), undefined);
});

test("a client certificate is its user's password, and no other user's", async (t) => {
  const { access } = await openAccess(t, { anna: { password: undefined }, ben: {} });
  const peer = { transport: "tls", address: "192.168.1.20", certificateName: "anna" } as const;
  const sign = (username: string | undefined, password?: Buffer) =>
    access.authenticate(credentials(username, { peer, password }));
  assert.deepEqual(await sign(undefined), { name: "anna" });
  assert.deepEqual(await sign("anna"), { name: "anna" });
  assert.equal(await sign("ben"), undefined);
  assert.deepEqual(await sign("ben", Buffer.from("correct horse")), { name: "ben" });
  const stranger = { ...peer, certificateName: "nobody" };
  assert.equal(await access.authenticate(credentials(undefined, { peer: stranger })), undefined);
});

test("each role may do what it is for", async (t) => {
  const { access } = await openAccess(t, {
    root: { role: "admin" },
    ha: { role: "home" },
    bedroom: { role: "node" },
    anna: { role: "asker" },
    none: {},
  });
  const may = async (name: string) => {
    const who = await enter(access, name);
    return {
      publish: (topic: string) => access.mayPublish(who, name, topic),
      subscribe: (filter: string) => access.maySubscribe(who, name, filter),
    };
  };
  const root = await may("root");
  assert.ok(root.publish("zigbee2mqtt/lamp/set") && root.subscribe("#"));
  const ha = await may("ha");
  assert.ok(ha.subscribe("homeassistant/+/+/config") && ha.subscribe("earshot/#"));
  assert.ok(ha.publish("homeassistant/status") && ha.publish(`${n}/mic/enabled/set`));
  assert.ok(!ha.publish("zigbee2mqtt/lamp/set") && !ha.subscribe("#") && !ha.subscribe("$SYS/#"));
  const bedroom = await may("bedroom");
  assert.ok(
    bedroom.publish("earshot/bedroom/status") && bedroom.publish("earshot/bedroom/mic/peak"),
  );
  assert.ok(bedroom.subscribe("earshot/any/recommend/request/+"));
  assert.ok(bedroom.publish("earshot/any/recommend/reply/x"));
  assert.ok(bedroom.publish("homeassistant/device/bedroom/config"));
  assert.ok(!bedroom.publish("earshot/attic/status") && !bedroom.subscribe("earshot/attic/#"));
  const anna = await may("anna");
  assert.ok(anna.publish("earshot/any/recommend/request/anna"));
  assert.ok(anna.publish(`${n}/recommend/request/anna`));
  assert.ok(anna.subscribe(`${n}/recommend/reply/anna`) && anna.subscribe("earshot/+/status"));
  assert.ok(anna.subscribe("earshot/+/mic/peak"));
  assert.ok(!anna.publish(`${n}/mic/enabled/set`) && !anna.publish("homeassistant/status"));
  assert.ok(!anna.publish("homeassistant/device/x/config"));
  assert.ok(!anna.publish("earshot/any/recommend/request/ben"));
  for (const filter of ["#", "earshot/#", `${n}/recommend/reply/+`, `${n}/recommend/last`])
    assert.ok(!anna.subscribe(filter), filter);
  const none = await may("none");
  assert.ok(!none.publish("x") && !none.subscribe("earshot/+/status"));
});

test("nobody but the node itself publishes what it says of itself, and nobody below $", async (t) => {
  const { access, cliAccess } = await openAccess(t, { root: { role: "admin" } });
  const root = await enter(access, "root");
  const password = Buffer.from(cliAccess.password);
  const cli = await access.authenticate(credentials("$cli", { password }));
  const node = await access.authenticate(credentials(undefined, { peer: own }));
  assert.ok(cli !== undefined && node !== undefined);
  const levels =
    "status info health catalogue mic/state mic/level mic/peak mic/enabled mic/threshold ask/state recommend/last recommend/reply/x";
  for (const topic of levels.split(" ").map((level) => `${n}/${level}`)) {
    assert.equal(access.mayPublish(root, "root", topic), false, topic);
    assert.equal(access.mayPublish(cli, "cli", topic), false, topic);
    assert.equal(access.mayPublish(node, "node", topic), true, topic);
  }
  for (const level of ["mic/enabled/set", "mic/threshold/set", "recommend/request/x"])
    assert.equal(access.mayPublish(root, "root", `${n}/${level}`), true, level);
  assert.equal(access.mayPublish(root, "root", "earshot/bedroom/status"), true);
  for (const who of [root, node]) assert.equal(access.mayPublish(who, "x", "$SYS/fake"), false);
});

test("without users, too, nobody speaks in the node's name", async (t) => {
  const { access } = await openAccess(t, {});
  const anybody = await access.authenticate(credentials(undefined, { peer: loopback }));
  assert.ok(anybody !== undefined);
  assert.equal(access.mayPublish(anybody, "x", `${n}/status`), false);
  assert.equal(access.mayPublish(anybody, "x", "homeassistant/sensor/x/config"), true);
});

test("a retained discovery message of a user who may not is refused, and nothing is kept of it", async (t) => {
  const { access } = await openAccess(t, { anna: { role: "asker" } });
  const { broker, port } = await startGuardedBroker(t, { access });
  const kept = broker.counters()["retained"];
  const topic = "homeassistant/device/anna/config";
  for (const version of [4, 5] as const) {
    const client = await connectRaw(t, port);
    const own = [text("anna"), text(password)];
    client.send(connect({ version, clientId: "anna", flags: 0xc2, rest: own }));
    assert.equal((await client.next(2))?.[3], 0);
    client.send(publish({ version, topic, payload: "{}", flags: 3 }));
    if (version === 4) await client.closed();
    else assert.equal((await client.next(4))?.[4], 0x87);
  }
  assert.equal(broker.counters()["publishes_denied"], 2);
  assert.equal(broker.counters()["retained"], kept);
});

test("a request published with RETAIN is delivered as such, and does not stay on the broker", async (t) => {
  const { access } = await openAccess(t, { anna: { role: "asker" }, ha: { role: "home" } });
  const { broker, port } = await startGuardedBroker(t, { access });
  const enter = async (name: string): Promise<RawClient> => {
    const client = await connectRaw(t, port);
    const own = [text(name), text(password)];
    client.send(connect({ version: 5, clientId: name, flags: 0xc2, rest: own }));
    assert.equal((await client.next(2))?.[3], 0);
    return client;
  };
  const topics = ["any", "kitchen"].map((node) => `earshot/${node}/recommend/request/anna`);
  const listener = await enter("ha");
  const retainAsPublished = 8;
  listener.send(subscribe(5, ["earshot/#"], { bits: retainAsPublished }));
  await listener.next(9);
  const kept = broker.counters()["retained"];
  const anna = await enter("anna");
  for (const topic of topics) {
    anna.send(publish({ version: 5, topic, payload: "Help!", flags: 3 }));
    assert.equal((await anna.next(4))?.[4] ?? 0, 0);
    assert.equal(((await listener.next(3))?.[0] ?? 0) & 1, 1);
  }
  assert.equal(broker.counters()["retained"], kept);
  listener.send(
    publish({ version: 5, topic: "earshot/attic/status", payload: "online", flags: 3 }),
  );
  await listener.next(4);
  assert.equal(broker.counters()["retained"], (kept ?? 0) + 1);
});

test("an asker's client id is its own name, or begins with it, or is left to the broker", async (t) => {
  const { access } = await openAccess(t, {
    anna: { role: "asker" },
    "anna-maria": { role: "asker" },
    ha: { role: "home" },
  });
  const comesIn = async (name: string, clientId: string): Promise<boolean> =>
    (await access.authenticate(credentials(name, { clientId }))) !== undefined;
  for (const id of ["anna", "anna-phone", ""]) assert.equal(await comesIn("anna", id), true, id);
  for (const id of ["phone", "annabel", "anna-maria", "anna-maria-tv", "ha"])
    assert.equal(await comesIn("anna", id), false, id);
  assert.equal(await comesIn("anna-maria", "anna-maria-tv"), true);
  assert.equal(await comesIn("ha", "anna-phone"), false);
  assert.equal(await comesIn("ha", "whatever"), true);
  const phone = await enter(access, "anna", "anna-phone");
  assert.ok(access.maySubscribe(phone, "anna-phone", `${n}/recommend/reply/anna-phone`));
  assert.ok(access.maySubscribe(phone, "anna-phone", `${n}/recommend/reply/anna`));
  assert.ok(!access.mayReceive(phone, "anna-phone", `${n}/recommend/reply/anna-maria`));
  const unnamed = await enter(access, "anna", "");
  assert.ok(!access.maySubscribe(unnamed, "made-up", `${n}/recommend/reply/made-up`));
});

test("a node's client id is its own name, begins with it, or is one that Earshot makes", async (t) => {
  const { access } = await openAccess(t, { bedroom: { role: "node" }, ha: { role: "home" } });
  const comesIn = async (name: string, clientId: string): Promise<boolean> =>
    (await access.authenticate(credentials(name, { clientId }))) !== undefined;
  for (const id of ["bedroom", "bedroom-2", "earshot-bedroom-0a1b2c3d", ""])
    assert.equal(await comesIn("bedroom", id), true, id);
  for (const id of ["homeassistant-1", "ha", "bedroom2"])
    assert.equal(await comesIn("bedroom", id), false, id);
  assert.equal(await comesIn("ha", "homeassistant-1"), true);
  assert.equal(await comesIn("ha", "bedroom-2"), false);
});

test("a client id of nobody, or of one who has gone, is free: its session ends and is not inherited", async (t) => {
  const { access, dataDir, users } = await openAccess(t, {});
  const persistence = createPersistence({ dir: undefined, log: recordLog() });
  const { port } = await startGuardedBroker(t, { access, persistence });
  /** The session-present flag and the code of CONNACK, for a client that keeps its session. */
  const enter = async (name?: string): Promise<{ client: RawClient; answer: number[] }> => {
    const client = await connectRaw(t, port);
    const own = name === undefined ? [] : [text(name), text(password)];
    const flags = name === undefined ? 0 : 0xc0;
    client.send(connect({ version: 4, clientId: "sensor", flags, rest: own }));
    return { client, answer: [...((await client.next(2)) ?? [])].slice(2) };
  };
  const leave = async (client: RawClient): Promise<void> => {
    client.send(Buffer.from([0xe0, 0]));
    await client.closed();
  };
  const nobody = await enter();
  nobody.client.send(subscribe(4, ["private"], { bits: 1 }));
  await nobody.client.next(9);
  await leave(nobody.client);
  const writer = await connectRaw(t, port);
  writer.send(connect({ version: 4, clientId: "writer" }));
  writer.send(publish({ version: 4, topic: "private", flags: 2 }));
  await writer.next(4);

  const home = { role: "home", readwrite: ["private"] };
  await writeUsers(dataDir, { ben: home, carl: home, root: { role: "admin" } });
  await users.start();
  const ben = await enter("ben");
  assert.deepEqual(ben.answer, [0, 0]);
  ben.client.send(pingreq);
  await ben.client.next(13);
  assert.deepEqual(ben.client.packets, []);
  await leave(ben.client);
  const benAgain = await enter("ben");
  assert.deepEqual(benAgain.answer, [1, 0]);
  assert.deepEqual((await enter("carl")).answer, [0, 2]);

  const root = await enter("root");
  assert.deepEqual(root.answer, [0, 0]);
  await benAgain.client.closed();
  assert.deepEqual((await enter("ben")).answer, [0, 2]);
  await leave(root.client);
  await writeUsers(dataDir, { ben: home });
  await users.start();
  assert.deepEqual((await enter("ben")).answer, [0, 0]);
});
