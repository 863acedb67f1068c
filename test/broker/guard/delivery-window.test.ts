// The limits that an MQTT 5 client sets for what it is sent.
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createDeliveryWindow } from "../../../src/broker/guard/delivery-window.js";
import { frameAt, packetSize } from "../../../src/broker/guard/frames.js";
import { publishIdentifier } from "../../../src/broker/guard/packets.js";
import type { GuardLimits } from "../../../src/broker/guard/limits.js";
import { startGuardedBroker } from "../../support/brokers.js";
import { createFuzzListeners } from "../../support/fuzz-run.js";
import { connect, packet, pingreq, publish, subscribe } from "../../support/mqtt-bytes.js";
import { connectRaw, type RawClient } from "../../support/raw-client.js";

const types = { connack: 2, publish: 3, puback: 4, pubrec: 5, pubrel: 6, suback: 9, bye: 14 };
const pingresp = 13;
const version = 5;
const receiveMaximum = (count: number): number[] => [0x21, count >> 8, count & 0xff];
const maximumPacketSize = (size: number): number[] => [0x27, 0, 0, size >> 8, size & 0xff];
const staysAnHour = [0x11, 0, 0, 0x0e, 0x10];

/** A broker with a publisher, and a neighbour without limits that sees what was published. */
async function start(t: TestContext, limits: Partial<GuardLimits> = {}) {
  const { broker, port, log } = await startGuardedBroker(t, { limits });
  const open = async (clientId: string, properties: number[][], flags = 2): Promise<RawClient> => {
    const client = await connectRaw(t, port);
    client.send(connect({ version, clientId, flags, properties }));
    assert.equal((await client.next(types.connack))?.[3], 0);
    return client;
  };
  const listen = async (client: RawClient, filter: string): Promise<void> => {
    client.send(subscribe(version, [filter], { bits: 2 }));
    await client.next(types.suback);
  };
  const publisher = await open("publisher", []);
  const neighbour = await open("neighbour", []);
  await listen(neighbour, "#");
  let identifier = 0;
  /** Publishes, and waits until it went to everybody. */
  const say = async (payload: string, flags = 2, topic = "news"): Promise<void> => {
    identifier += 1;
    publisher.send(publish({ version, topic, payload, flags, identifier }));
    assert.ok((await neighbour.next(types.publish)) !== undefined);
  };
  return { broker, log, open, listen, say };
}

const textOf = (message: Buffer | undefined): string =>
  message?.toString().replace(/^.*\0/su, "") ?? "";
const identifierOf = (message: Buffer | undefined): number[] => {
  assert.ok(message !== undefined);
  const identifier = publishIdentifier(frameAt(message, 0, message.length));
  return [identifier >> 8, identifier & 0xff];
};
const puback = (message: Buffer | undefined): Buffer => packet(0x40, identifierOf(message));

/** How many messages have come, when all that were on their way are there. */
async function arrived(client: RawClient): Promise<number> {
  for (let round = 0; round < 2; round += 1) {
    client.send(pingreq);
    await client.next(pingresp);
  }
  return client.packets.filter(([header = 0]) => header >> 4 === types.publish).length;
}

test("no more messages are unacknowledged than a client's Receive Maximum: the others wait in their order [MQTT-3.3.4-9]", async (t) => {
  const { open, listen, say } = await start(t);
  const client = await open("two at a time", [receiveMaximum(2)]);
  await listen(client, "#");
  for (const [index, qos] of [1, 2, 1, 2, 1].entries()) await say(`${index}`, qos << 1);
  assert.equal(await arrived(client), 2);
  await say("with QoS 0", 0);
  assert.equal(await arrived(client), 3);
  const [first, second] = [await client.next(types.publish), await client.next(types.publish)];
  assert.deepEqual([first, second].map(textOf), ["0", "1"]);
  assert.equal(textOf(await client.next(types.publish)), "with QoS 0");
  client.send(puback(first));
  assert.equal(textOf(await client.next(types.publish)), "2");
  // PUBREC is half of the way: only PUBCOMP, or a refusal, lets the next one go.
  client.send(packet(0x50, identifierOf(second)));
  await client.next(types.pubrel);
  assert.equal(await arrived(client), 0);
  client.send(packet(0x70, identifierOf(second)));
  const fourth = await client.next(types.publish);
  assert.equal(textOf(fourth), "3");
  client.send(packet(0x50, identifierOf(fourth), [0x83]));
  assert.equal(textOf(await client.next(types.publish)), "4");
});

test("what several acknowledgements make room for leaves in one piece", async (t) => {
  const listeners = createFuzzListeners();
  const { port } = await startGuardedBroker(t, { listeners });
  const line = listeners.open();
  t.after(() => line.destroy());
  const pieces: Buffer[] = [];
  line.on("data", (piece: Buffer) => pieces.push(piece));
  const messagesIn = (bytes: Buffer): Buffer[] => {
    const messages: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += packetSize(bytes, at))
      if ((bytes[at] ?? 0) >> 4 === types.publish)
        messages.push(bytes.subarray(at, at + packetSize(bytes, at)));
    return messages;
  };
  line.write(connect({ version, clientId: "four", properties: [receiveMaximum(4)] }));
  line.write(subscribe(version, ["news"], { bits: 1 }));
  while (pieces.every(([header = 0]) => header >> 4 !== types.suback))
    await new Promise(setImmediate);
  const publisher = await connectRaw(t, port);
  publisher.send(connect({ version, clientId: "publisher" }));
  for (let identifier = 1; identifier <= 8; identifier += 1)
    publisher.send(publish({ version, topic: "news", flags: 2, identifier }));
  for (let count = 0; count < 8; count += 1) await publisher.next(types.puback);
  const first = messagesIn(Buffer.concat(pieces.splice(0)));
  assert.equal(first.length, 4);
  line.write(Buffer.concat(first.map(puback)));
  while (pieces.length === 0) await new Promise(setImmediate);
  assert.equal(messagesIn(pieces[0] ?? Buffer.alloc(0)).length, 4);
});

test("what a session waits for is sent within Receive Maximum, over a lost connection as well", async (t) => {
  const { broker, open, listen, say } = await start(t);
  const properties = [receiveMaximum(1), staysAnHour];
  const first = await open("sleeper", properties);
  await listen(first, "news");
  first.socket.destroy();
  await first.closed();
  const texts = Array.from({ length: 5 }, (_, index) => `${index}`);
  for (const text of texts) await say(text);
  const second = await open("sleeper", properties, 0);
  assert.equal(await arrived(second), 1);
  second.send(puback(await second.next(types.publish)));
  assert.equal(textOf(await second.next(types.publish)), "1");
  second.socket.destroy();
  await second.closed();
  const third = await open("sleeper", properties, 0);
  const seen: string[] = [];
  while (seen.length < 4) {
    assert.ok((await arrived(third)) <= 1);
    const message = await third.next(types.publish);
    seen.push(textOf(message));
    third.send(puback(message));
  }
  assert.deepEqual(seen, texts.slice(1));
  await arrived(third);
  assert.equal(broker.counters()["queued"], 0);
});

test("hundreds of retained messages come one by one to a client with a Receive Maximum of 1", async (t) => {
  const { broker, open, say } = await start(t, { unreadBytes: 64 * 1024 });
  const count = 200;
  for (let index = 0; index < count; index += 1)
    await say("r".repeat(1024), 3, `retained/${index}`);
  const client = await open("one at a time", [receiveMaximum(1)]);
  client.send(subscribe(version, ["retained/#"], { bits: 1 }));
  for (let index = 0; index < count; index += 1)
    client.send(puback(await client.next(types.publish)));
  assert.equal(broker.counters()["dropped_slow"], 0);
});

test("who does not acknowledge is dropped when as much waits as for one that does not read", async (t) => {
  const { broker, log, open, listen, say } = await start(t, { unreadBytes: 64 * 1024 });
  const client = await open("silent", [receiveMaximum(1)]);
  await listen(client, "news");
  for (let count = 0; count < 5; count += 1) await say("x".repeat(20_000));
  await client.closed();
  assert.equal(broker.counters()["dropped_slow"], 1);
  const reason = String(Reflect.get(log.lines[0]?.details ?? {}, "reason"));
  assert.match(reason, /^it does not acknowledge: \d+ bytes wait for it$/u);
});

test("a message larger than a client's Maximum Packet Size is left out, and counts as delivered [MQTT-3.1.2-24], [MQTT-3.1.2-25]", async (t) => {
  const { broker, open, listen, say } = await start(t);
  const properties = [maximumPacketSize(100), staysAnHour];
  const large = "l".repeat(100);
  await say(large, 3, "retained/large");
  await say("small", 3, "retained/small");
  const first = await open("small", properties);
  await listen(first, "#");
  for (const flags of [0, 2, 4]) await say(large, flags);
  assert.equal(textOf(await first.next(types.publish)), "small");
  // One with QoS 2 goes out when the disk has it.
  while (broker.counters()["messages_too_large"] !== 4) await new Promise(setImmediate);
  assert.equal(await arrived(first), 0);
  first.socket.destroy();
  await first.closed();
  for (const text of [large, "one", large, "two"]) await say(text);
  const second = await open("small", properties, 0);
  for (const text of ["one", "two"]) {
    const message = await second.next(types.publish);
    assert.equal(textOf(message), text);
    second.send(puback(message));
  }
  assert.equal(await arrived(second), 0);
  assert.equal(broker.counters()["queued"], 0);
  assert.equal(broker.counters()["messages_too_large"], 6);
});

test("an answer larger than a client's Maximum Packet Size ends the connection: it could not go on without [MQTT-3.1.2-24]", async (t) => {
  const { open } = await start(t);
  const client = await open("tiny", [maximumPacketSize(30)]);
  client.send(
    subscribe(
      version,
      Array.from({ length: 40 }, (_, index) => `${index}`),
    ),
  );
  await client.closed();
  assert.equal((await client.next(types.bye))?.[2], 0x95);
  assert.ok(client.packets.every(({ length }) => length <= 30));
});

test("a client's limits hold for packets in whatever pieces they are written", () => {
  const sent: Buffer[] = [];
  const refused: number[] = [];
  const window = createDeliveryWindow(
    { receiveMaximum: 1, maximumPacketSize: 50 },
    {
      send: (packets) => sent.push(...packets),
      tooLarge: (identifier) => refused.push(identifier),
      refuse: () => {},
    },
  );
  const messages = [1, 2, 3].map((identifier) =>
    publish({
      version,
      topic: "a",
      flags: 2,
      identifier,
      payload: identifier === 2 ? "x".repeat(60) : "x",
    }),
  );
  const bytes = Buffer.concat([...messages, pingreq]);
  for (const byte of bytes) sent.push(...window.pass([Buffer.from([byte])]));
  assert.deepEqual(sent, [messages[0], pingreq]);
  assert.deepEqual(refused, [2]);
  assert.equal(window.heldBytes(), messages[2]?.length);
  let isEmpty = false;
  window.whenEmpty(() => {
    isEmpty = true;
  });
  const acknowledgement = packet(0x40, [0, 1]);
  window.acknowledge({ bytes: acknowledgement, start: 0, body: 2, end: 4 });
  assert.deepEqual(sent, [messages[0], pingreq, messages[2]]);
  assert.ok(isEmpty);
});
