import assert from "node:assert/strict";
import { test } from "node:test";
import { IncomingPackets } from "../../../src/broker/guard/incoming-packets.js";
import { startGuardedBroker } from "../../support/brokers.js";
import { connect, pingreq, publish, subscribe, text } from "../../support/mqtt-bytes.js";
import { connectRaw } from "../../support/raw-client.js";

const version = 4;
const limits = { connectBytes: 1000, packetBytes: 1000 };
const messages = (count: number): Buffer =>
  Buffer.concat(Array.from({ length: count }, () => publish({ version, topic: "a" })));

/** Takes note of what becomes of the packets. */
function record(publishesPerSecond = 1000): {
  readonly packets: IncomingPackets;
  readonly log: string[];
} {
  const log: string[] = [];
  const packets = new IncomingPackets(
    { ...limits, publishesPerSecond },
    {
      connect: () => log.push("connect"),
      check: () => undefined,
      subscribe: () => true,
      hand: (bytes) => log.push(`hand ${bytes.length}`),
      pause: () => log.push("pause"),
      refuse: ({ reason }) => log.push(reason),
      count: (publishes, bytes) => log.push(`count ${publishes} in ${bytes}`),
    },
  );
  return { packets, log };
}

test("of what a client sends at once 128 messages are taken at a time, and others have their turn", () => {
  const { packets, log } = record();
  packets.take(Buffer.concat([connect({ version, clientId: "x" }), messages(300)]));
  assert.deepEqual(log.splice(0), ["connect"]);
  const size = messages(1).length;
  const whole = [`hand ${128 * size}`, `count 128 in ${128 * size}`];
  packets.open();
  assert.deepEqual(log.splice(0), [...whole, "pause"]);
  packets.open();
  assert.deepEqual(log.splice(0), [...whole, "pause"]);
  packets.open();
  assert.deepEqual(log.splice(0), [`hand ${44 * size}`, `count 44 in ${44 * size}`]);
  packets.open();
  packets.take(messages(128));
  assert.deepEqual(log, whole);
});

test("of packets that are no messages 1024 are taken at a time", () => {
  const { packets, log } = record();
  const pings = Buffer.concat(Array.from({ length: 1500 }, () => pingreq));
  packets.take(Buffer.concat([connect({ version, clientId: "x" }), pings]));
  log.splice(0);
  packets.open();
  assert.deepEqual(log.splice(0), ["hand 2048", "count 0 in 2048", "pause"]);
  packets.open();
  assert.deepEqual(log, ["hand 952", "count 0 in 952"]);
});

test("where few messages a second are allowed no more than these are taken at a time", () => {
  const { packets, log } = record(10);
  packets.take(Buffer.concat([connect({ version, clientId: "x" }), messages(15)]));
  log.splice(0);
  const size = messages(1).length;
  packets.open();
  assert.deepEqual(log.splice(0), [`hand ${10 * size}`, `count 10 in ${10 * size}`, "pause"]);
  packets.open();
  assert.deepEqual(log, [`hand ${5 * size}`, `count 5 in ${5 * size}`]);
});

test(
  "what a client sent before its end arrives, however much it was at once, then its last will, and its connection ends",
  // One that did not end would stay: its Keep Alive is 0.
  { timeout: 60_000 },
  async (t) => {
    const { broker, port } = await startGuardedBroker(t);
    const reader = await connectRaw(t, port);
    reader.send(connect({ version, clientId: "reader" }), subscribe(version, ["a", "end", "will"]));
    await reader.next(9);
    const client = await connectRaw(t, port);
    const will = { flags: 6, rest: [text("will"), text("gone")] };
    client.send(connect({ version, clientId: "writer", keepAlive: 0, ...will }));
    await client.next(2);
    client.socket.end(Buffer.concat([messages(2000), publish({ version, topic: "end" })]));
    for (let count = 0; count < 2002; count += 1) {
      const message = await reader.next(3);
      assert.equal(message?.includes("end"), count === 2000);
      assert.equal(message.includes("will"), count === 2001);
    }
    await client.closed();
    while (broker.counters()["clients"] !== 1) await new Promise(setImmediate);
  },
);
