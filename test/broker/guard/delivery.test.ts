// What reaches a subscriber, and how: over both versions of Aedes behind the guard.
import assert from "node:assert/strict";
import type { Duplex } from "node:stream";
import { after, test } from "node:test";
import type { EmbeddedBroker } from "../../../src/broker/embedded.js";
import type { Access } from "../../../src/broker/parts.js";
import { aedesVersions, startGuardedBroker } from "../../support/brokers.js";
import {
  connect,
  packet,
  pingreq,
  publish,
  subscribe,
  unsubscribe,
} from "../../support/mqtt-bytes.js";
import { connectRaw, type RawClient } from "../../support/raw-client.js";

const identity = { name: "user" };
/** Nobody may publish, subscribe or receive below `secret/`; the rest is open. */
const access: Access = {
  authenticate: ({ username }) =>
    Promise.resolve(username === "nobody" ? undefined : { name: username ?? identity.name }),
  mayPublish: (_identity, _clientId, topic) => !topic.startsWith("secret/"),
  mayStay: () => true,
  maySubscribe: (_identity, _clientId, filter) => !filter.startsWith("secret/"),
  mayReceive: (_identity, _clientId, topic) => !topic.startsWith("hidden/"),
  mayTakeOver: () => false,
  onChange: () => {},
};

const types = { connack: 2, publish: 3, puback: 4, pubrec: 5, pubcomp: 7, suback: 9, unsuback: 11 };
const pingresp = 13;
let clients = 0;

for (const [aedes, createAedes] of Object.entries(aedesVersions)) {
  const { broker, port } = await startGuardedBroker({ after }, { createAedes, access });
  const version = aedes.startsWith("2") ? 5 : 4;

  const open = async (
    t: { after(run: () => unknown): void },
    options: { readonly clientId?: string; readonly flags?: number } = {},
  ): Promise<RawClient> => {
    clients += 1;
    const client = await connectRaw(t, port);
    client.send(connect({ version: 4, clientId: `client-${clients}`, ...options }));
    const connack = await client.next(types.connack);
    assert.equal(connack?.[3], 0);
    return client;
  };
  /** Everything sent before a ping is done when it is answered, or soon after. */
  const settle = async (client: RawClient): Promise<void> => {
    client.send(pingreq);
    await client.next(pingresp);
  };
  const bits = (message: Buffer | undefined): { qos: number; dup: boolean; retain: boolean } => {
    const header = message?.[0] ?? 0;
    return { qos: (header >> 1) & 3, dup: (header & 8) > 0, retain: (header & 1) > 0 };
  };
  const topicOf = (message: Buffer | undefined): string =>
    message?.toString("utf8", 4, 4 + (message[3] ?? 0)) ?? "";

  test(`delivered QoS is at most the granted one, live and retained, with wildcards [MQTT-3.8.4-8] (Aedes ${aedes})`, async (t) => {
    const subscriber = await open(t);
    const publisher = await open(t);
    publisher.send(publish({ version: 4, topic: "qos/r", flags: 3 }));
    await publisher.next(types.puback);
    subscriber.send(subscribe(4, ["qos/+"], { bits: 1 }));
    assert.deepEqual(bits(await subscriber.next(types.publish)), {
      qos: 1,
      dup: false,
      retain: true,
    });
    subscriber.send(subscribe(4, ["low/#"], { bits: 0 }));
    subscriber.send(subscribe(4, ["low/a"], { bits: 1 }));
    await subscriber.next(types.suback);
    await subscriber.next(types.suback);
    await subscriber.next(types.suback);
    publisher.send(publish({ version: 4, topic: "qos/b", flags: 4, identifier: 7 }));
    assert.equal(bits(await subscriber.next(types.publish)).qos, 1);
    publisher.send(publish({ version: 4, topic: "low/b", flags: 2, identifier: 8 }));
    assert.equal(bits(await subscriber.next(types.publish)).qos, 0);
    publisher.send(publish({ version: 4, topic: "low/a", flags: 2, identifier: 9 }));
    assert.equal(bits(await subscriber.next(types.publish)).qos, 1);
  });

  test(`a retained message that another overtakes in the broker is delivered, each once (Aedes ${aedes})`, async (t) => {
    const subscriber = await open(t);
    subscriber.send(subscribe(4, ["order/#"], { bits: 0 }));
    subscriber.send(subscribe(4, ["order/+"], { bits: 0 }));
    await subscriber.next(types.suback);
    await subscriber.next(types.suback);
    const publisher = await open(t);
    const sent: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      const pair = [`order/kept-${round}`, `order/plain-${round}`] as const;
      sent.push(...pair);
      publisher.send(publish({ version: 4, topic: pair[0], flags: 1 }));
      publisher.send(publish({ version: 4, topic: pair[1], flags: 0 }));
    }
    const seen: string[] = [];
    while (seen.length < sent.length) seen.push(topicOf(await subscriber.next(types.publish)));
    assert.deepEqual(seen.toSorted(), sent.toSorted());
  });

  test(`the publisher's DUP is not passed on [MQTT-3.3.1-3] (Aedes ${aedes})`, async (t) => {
    const subscriber = await open(t);
    subscriber.send(subscribe(4, ["dup"], { bits: 1 }));
    await subscriber.next(types.suback);
    const publisher = await open(t);
    publisher.send(publish({ version: 4, topic: "dup", flags: 0x0a }));
    assert.equal(bits(await subscriber.next(types.publish)).dup, false);
  });

  test(`what was sent and not acknowledged comes again with DUP, what was queued without [MQTT-3.3.1-1] (Aedes ${aedes})`, async (t) => {
    const clientId = `again-${aedes}`;
    const first = await open(t, { clientId, flags: 0 });
    first.send(subscribe(4, ["again"], { bits: 1 }));
    await first.next(types.suback);
    const publisher = await open(t);
    publisher.send(publish({ version: 4, topic: "again", flags: 2, payload: "1" }));
    await first.next(types.publish);
    first.socket.destroy();
    await settle(publisher);
    publisher.send(publish({ version: 4, topic: "again", flags: 2, payload: "2", identifier: 2 }));
    await publisher.next(types.puback);
    await publisher.next(types.puback);
    const second = await open(t, { clientId, flags: 0 });
    assert.equal(bits(await second.next(types.publish)).dup, true);
    assert.equal(bits(await second.next(types.publish)).dup, false);
  });

  test(`a session without subscriptions is present all the same, until a clean start [MQTT-3.2.2-3] (Aedes ${aedes})`, async (t) => {
    const clientId = `session-${aedes}`;
    for (const [flags, expected] of [
      [0, 0],
      [0, 1],
      [2, 0],
      [0, 0],
    ] as const) {
      const client = await connectRaw(t, port);
      client.send(connect({ version: 4, clientId, flags }));
      assert.equal((await client.next(types.connack))?.[2], expected);
      client.send(Buffer.from([0xe0, 0]));
      await client.closed();
    }
  });

  test(`+ matches an empty level and # no $ topic among the retained messages (section 4.7.1.3, [MQTT-4.7.2-1]) (Aedes ${aedes})`, async (t) => {
    const publisher = await open(t);
    publisher.send(publish({ version: 4, topic: "empty//level", flags: 3 }));
    await publisher.next(types.puback);
    const subscriber = await open(t);
    subscriber.send(subscribe(4, ["empty/+/level"]));
    assert.equal(topicOf(await subscriber.next(types.publish)), "empty//level");
    const watcher = await open(t);
    watcher.send(subscribe(4, ["#"]));
    await watcher.next(types.suback);
    publisher.send(publish({ version: 4, topic: "end", flags: 2 }));
    for (;;) {
      const topic = topicOf(await watcher.next(types.publish));
      assert.ok(!topic.startsWith("$"), topic);
      if (topic === "end") break;
    }
  });

  test(`a denied filter beside an allowed one is refused by itself and not kept [MQTT-3.8.4-5] (Aedes ${aedes})`, async (t) => {
    const clientId = `denied-${aedes}`;
    const client = await open(t, { clientId, flags: 0 });
    client.send(subscribe(4, ["secret/a", "b", "b", "2", "1", "__proto__", "constructor"]));
    const suback = await client.next(types.suback);
    assert.deepEqual([...(suback?.subarray(4) ?? [])], [0x80, 0, 0, 0, 0, 0x80, 0]);
    client.socket.destroy();
    await settle(await open(t));
    const again = await open(t, { clientId, flags: 0 });
    const publisher = await connectNode(broker);
    publisher.write(publish({ version: 4, topic: "secret/a", payload: "secret" }));
    publisher.write(publish({ version: 4, topic: "b", payload: "open" }));
    assert.equal(topicOf(await again.next(types.publish)), "b");
    publisher.destroy();
  });

  test(`what a user may not receive does not come by a wildcard either (Aedes ${aedes})`, async (t) => {
    const client = await open(t);
    client.send(subscribe(4, ["+/a"]));
    await client.next(types.suback);
    const publisher = await open(t);
    publisher.send(
      publish({ version: 4, topic: "hidden/a" }),
      publish({ version: 4, topic: "visible/a" }),
    );
    assert.equal(topicOf(await client.next(types.publish)), "visible/a");
  });

  test(`prototype names are harmless as client id, filter and topic: bare Aedes 2 dies of them (Aedes ${aedes})`, async (t) => {
    for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
      const client = await open(t, { clientId: name, flags: 0 });
      const filter = name === "__proto__" ? "+" : name;
      client.send(subscribe(4, [filter], { bits: 1 }));
      assert.equal((await client.next(types.suback))?.[4], 1);
      client.send(publish({ version: 4, topic: name, flags: 2 }));
      assert.ok((await client.next(types.publish)) !== undefined);
      client.send(unsubscribe(4, [name, "valueOf"]));
      assert.ok((await client.next(types.unsuback)) !== undefined);
      client.send(Buffer.from([0xe0, 0]));
      await client.closed();
    }
  });

  test(`PUBREL twice in one segment is answered twice: bare Aedes 2 dies of it [MQTT-4.3.3-11] (Aedes ${aedes})`, async (t) => {
    const client = await open(t);
    client.send(publish({ version: 4, topic: "twice", flags: 4, identifier: 3 }));
    await client.next(types.pubrec);
    const pubrel = packet(0x62, [0, 3]);
    client.send(pubrel, pubrel);
    assert.ok((await client.next(types.pubcomp)) !== undefined);
    assert.ok((await client.next(types.pubcomp)) !== undefined);
  });

  test(`$share and $SYS are refused by their own codes (section 4.8.2) (Aedes ${aedes})`, async (t) => {
    const client = await connectRaw(t, port);
    client.send(connect({ version, clientId: "share" }));
    await client.next(types.connack);
    client.send(subscribe(version, ["$share/g/a", "$SYS/#", "a"]));
    const codes = [...((await client.next(types.suback))?.subarray(-3) ?? [])];
    assert.deepEqual(codes, version === 5 ? [0x9e, 0x87, 0] : [0x80, 0x80, 0]);
  });

  test(`nothing acts before authentication, and bytes behind a refused CONNECT never do (Aedes ${aedes})`, async (t) => {
    const watcher = await open(t);
    watcher.send(subscribe(4, ["early/#"]));
    await watcher.next(types.suback);
    const credentials = [Buffer.from("\u0000\u0006nobody"), Buffer.from("\u0000\u0001x")];
    const stranger = await connectRaw(t, port);
    stranger.send(
      connect({ version: 4, clientId: "stranger", flags: 0xc2, rest: credentials }),
      publish({ version: 4, topic: "early/stranger" }),
    );
    assert.equal((await stranger.next(types.connack))?.[3], 5);
    await stranger.closed();
    const eager = await connectRaw(t, port);
    eager.send(
      connect({ version: 4, clientId: "eager" }),
      ...Array.from({ length: 100 }, () => publish({ version: 4, topic: "early/eager" })),
    );
    for (let count = 0; count < 100; count += 1) {
      assert.equal(topicOf(await watcher.next(types.publish)), "early/eager");
    }
  });

  test(`a client id is taken over by the same user only, and after authentication [MQTT-3.1.4-3] (Aedes ${aedes})`, async (t) => {
    const as = (name: string): Buffer =>
      connect({
        version: 4,
        clientId: "mine",
        flags: 0xc2,
        rest: [name, "x"].map((word) =>
          Buffer.from(`\u0000${String.fromCodePoint(word.length)}${word}`),
        ),
      });
    const owner = await connectRaw(t, port);
    owner.send(as("alice"));
    assert.equal((await owner.next(types.connack))?.[3], 0);
    for (const [name, code] of [
      ["nobody", 5],
      ["mallory", 2],
    ] as const) {
      const other = await connectRaw(t, port);
      other.send(as(name));
      assert.equal((await other.next(types.connack))?.[3], code);
    }
    await settle(owner);
    const again = await connectRaw(t, port);
    again.send(as("alice"));
    assert.equal((await again.next(types.connack))?.[3], 0);
    await owner.closed();
  });

  test(`a will on a forbidden topic is refused at CONNECT (Aedes ${aedes})`, async (t) => {
    const client = await connectRaw(t, port);
    const rest = [Buffer.from("\u0000\u0008secret/w"), Buffer.from("\u0000\u0001x")];
    client.send(connect({ version: 4, clientId: "will", flags: 6, rest }));
    assert.equal((await client.next(types.connack))?.[3], 5);
    await client.closed();
  });

  test(`the node's own client need not wait for acknowledgements: what it sends with QoS 0 is delivered, and queued, as is meant (Aedes ${aedes})`, async (t) => {
    const absent = { clientId: `absent-${aedes}`, flags: 0 };
    const first = await open(t, absent);
    first.send(subscribe(4, ["own/#"], { bits: 1 }));
    await first.next(types.suback);
    first.socket.destroy();
    const subscriber = await open(t);
    subscriber.send(subscribe(4, ["own/#"], { bits: 1 }));
    await subscriber.next(types.suback);
    const node = await connectNode(broker, (topic) => (topic === "own/level" ? 0 : 1));
    node.write(publish({ version: 4, topic: "own/reply" }));
    node.write(publish({ version: 4, topic: "own/level" }));
    const delivered = [await subscriber.next(types.publish), await subscriber.next(types.publish)];
    const qos = new Map(delivered.map((message) => [topicOf(message), bits(message).qos]));
    assert.deepEqual([qos.get("own/reply"), qos.get("own/level")], [1, 0]);
    const second = await open(t, absent);
    assert.equal(topicOf(await second.next(types.publish)), "own/reply");
    node.destroy();
  });

  if (version === 5) {
    test("CONNACK tells MQTT 5 clients what there is not and how much there may be (section 3.2.2.3)", async (t) => {
      const client = await connectRaw(t, port);
      client.send(connect({ version: 5, clientId: "told" }));
      const told = [...((await client.next(types.connack))?.subarray(5) ?? [])];
      const has = (...bytes: number[]): boolean => Buffer.from(told).includes(Buffer.from(bytes));
      assert.ok(has(0x2a, 0), "Shared Subscription Available 0");
      assert.ok(has(0x27, 0, 0x10, 0, 0), "Maximum Packet Size 1 MiB");
      assert.ok(has(0x21, 0x03, 0xe8), "Receive Maximum 1000");
      assert.ok(!told.includes(0x22), "no Topic Alias Maximum, which is 0");
    });

    test("PUBREL for a message that is not there is answered 0x92, for one that is 0 (section 3.7.2.1)", async (t) => {
      const client = await connectRaw(t, port);
      client.send(connect({ version: 5, clientId: "unknown" }));
      await client.next(types.connack);
      client.send(publish({ version: 5, topic: "known", flags: 4, identifier: 3 }));
      await client.next(types.pubrec);
      for (const [identifier, code] of [
        [3, 0],
        [3, 0x92],
        [500, 0x92],
      ] as const) {
        client.send(packet(0x62, [identifier >> 8, identifier & 255]));
        const pubcomp = await client.next(types.pubcomp);
        assert.equal(pubcomp?.readUInt16BE(2), identifier);
        assert.equal(pubcomp[4] ?? 0, code);
      }
    });

    test("a denied publish gets 0x87 and keeps an MQTT 5 client (section 3.4.2.1)", async (t) => {
      const client = await connectRaw(t, port);
      client.send(connect({ version: 5, clientId: "keeps" }));
      await client.next(types.connack);
      client.send(publish({ version: 5, topic: "secret/a", flags: 2 }));
      assert.equal((await client.next(types.puback))?.[4], 0x87);
      await settle(client);
    });
  }
}

/** The node's own client, which may do what others may not. */
async function connectNode(
  broker: Pick<EmbeddedBroker, "openStream">,
  deliveredQos?: (topic: string) => 0 | 1,
): Promise<Duplex> {
  const stream = broker.openStream(deliveredQos);
  stream.write(connect({ version: 4, clientId: "node" }));
  await new Promise((resolve) => {
    stream.once("data", resolve);
  });
  stream.resume();
  return stream;
}
