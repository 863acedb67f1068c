// When a session of MQTT 5 ends, and what a client gets before that.
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { startGuardedBroker } from "../../support/brokers.js";
import { connect, packet, pingreq, publish, subscribe } from "../../support/mqtt-bytes.js";
import { connectRaw, type RawClient } from "../../support/raw-client.js";

const types = { connack: 2, publish: 3, puback: 4, suback: 9, pingresp: 13 };
const version = 5;
const staysAnHour = [[0x11, 0, 0, 0x0e, 0x10]];
const disconnect = Buffer.from([0xe0, 0]);

/** A broker, and what is common to its clients. */
async function start(t: TestContext) {
  const { broker, port } = await startGuardedBroker(t);
  /** @returns the client, and whether it has a session (Session Present) */
  const open = async (
    clientId: string,
    { flags = 0, properties = [] as number[][] } = {},
  ): Promise<{ readonly client: RawClient; readonly isPresent: boolean }> => {
    const client = await connectRaw(t, port);
    client.send(connect({ version, clientId, flags, properties }));
    const connack = await client.next(types.connack);
    assert.equal(connack?.[3], 0);
    return { client, isPresent: connack[2] === 1 };
  };
  const sleep = async (): Promise<void> => {
    const { client } = await open("sleeper", { properties: staysAnHour });
    client.send(subscribe(version, ["news"], { bits: 1 }));
    await client.next(types.suback);
    client.send(disconnect);
    await client.closed();
  };
  const { client: publisher } = await open("publisher", { flags: 2 });
  const say = async (payload: string): Promise<void> => {
    publisher.send(publish({ version, topic: "news", payload, flags: 2 }));
    await publisher.next(types.puback);
  };
  return { broker, open, sleep, say };
}

const textOf = (message: Buffer | undefined): string | undefined => message?.toString().at(-1);
const acknowledge = (message: Buffer | undefined): Buffer =>
  packet(0x40, [...(message?.subarray(8, 10) ?? [])]);

test("a client that resumes its session with Session Expiry 0 gets what waits, and the session ends with its connection (section 3.1.2.11.2)", async (t) => {
  const { broker, open, sleep, say } = await start(t);
  await sleep();
  for (const text of ["1", "2"]) await say(text);
  const { client, isPresent } = await open("sleeper");
  assert.ok(isPresent);
  const first = await client.next(types.publish);
  assert.equal(textOf(first), "1");
  assert.equal(textOf(await client.next(types.publish)), "2");
  await say("3");
  assert.equal(textOf(await client.next(types.publish)), "3");
  client.send(acknowledge(first), pingreq);
  await client.next(types.pingresp);
  client.send(disconnect);
  await client.closed();
  while (broker.counters()["sessions"] !== 0) await new Promise(setImmediate);
  assert.equal(broker.counters()["queued"], 0);
  const again = await open("sleeper");
  assert.equal(again.isPresent, false);
  again.client.send(pingreq);
  await again.client.next(types.pingresp);
  assert.equal(again.client.packets.length, 0);
});

test("a session that is taken over goes on, whatever its Session Expiry was (section 3.1.4)", async (t) => {
  const { broker, open, sleep, say } = await start(t);
  await sleep();
  await say("1");
  const first = await open("sleeper");
  assert.equal(textOf(await first.client.next(types.publish)), "1");
  const second = await open("sleeper", { properties: staysAnHour });
  await first.client.closed();
  assert.ok(second.isPresent);
  assert.equal(textOf(await second.client.next(types.publish)), "1");
  second.client.send(disconnect);
  await second.client.closed();
  assert.equal(broker.counters()["sessions"], 1);
});
