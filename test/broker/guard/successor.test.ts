// What a client says must not come before the last will of its former connection.
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { CreateAedes } from "../../../src/broker/embedded.js";
import { createPersistence } from "../../../src/broker/persistence/persistence.js";
import { aedesVersions, startGuardedBroker } from "../../support/brokers.js";
import { recordLog } from "../../support/logs.js";
import {
  connect,
  packet,
  publish,
  subscribe,
  text,
  type Version,
} from "../../support/mqtt-bytes.js";
import { connectRaw, type RawClient } from "../../support/raw-client.js";

const types = { connack: 2, publish: 3, puback: 4, suback: 9 };
const retained = 1;
/** So many times each: now and then it goes well by chance. */
const times = 3;

/** How the former connection ends, seen from the new one. */
const ends = {
  "whose line has just broken": (former: RawClient) => former.socket.destroy(),
  "that has just ended its line": (former: RawClient) => former.socket.end(),
};

interface Case {
  readonly port: number;
  readonly version: Version;
  readonly willQos: number;
  readonly end: (former: RawClient) => unknown;
}

for (const [aedes, createAedes] of Object.entries(aedesVersions)) {
  for (const [name, end] of Object.entries(ends)) {
    test(`the last will of a client ${name} comes before what its next connection says (Aedes ${aedes})`, async (t) => {
      for (const persistence of [{}, { persistence: createPersistence({ log: recordLog() }) }])
        await tryAll(t, { createAedes, ...persistence }, end);
    });
  }
}

async function tryAll(
  t: TestContext,
  options: { readonly createAedes: CreateAedes },
  end: Case["end"],
): Promise<void> {
  const { port } = await startGuardedBroker(t, options);
  const newest = options.createAedes === aedesVersions["1.2.0"] ? 4 : 5;
  for (const version of new Set<Version>([4, newest]))
    for (const willQos of [0, 1, 2]) await tryOne(t, { port, version, willQos, end });
}

async function tryOne(t: TestContext, { port, version, willQos, end }: Case): Promise<void> {
  const topic = `${version}/${willQos}`;
  const watcher = await open(t, port, { version: 4, clientId: `watcher ${topic}`, flags: 0 });
  watcher.send(subscribe(4, [topic], { bits: 0 }));
  await watcher.next(types.suback);
  const nextText = async (): Promise<string | undefined> =>
    (await watcher.next(types.publish))?.subarray(2 + 2 + topic.length).toString();
  // With properties of the will, and without a clean start: it has a session.
  const own = version === 5 ? [[0]] : [];
  const device = {
    version,
    clientId: `device ${topic}`,
    flags: 4 | (willQos << 3) | 0x20,
    rest: [...own, text(topic), text("offline")],
  };
  let former: RawClient | undefined;
  for (let time = 0; time < times; time += 1) {
    if (former !== undefined) end(former);
    const client = await open(t, port, device);
    client.send(
      subscribe(version, ["commands"]),
      publish({ version, topic, payload: `online ${time}`, flags: 2 | retained }),
    );
    await client.next(types.puback);
    if (former !== undefined) assert.equal(await nextText(), "offline");
    assert.equal(await nextText(), `online ${time}`);
    assert.equal(await retainedText(t, port, topic), `online ${time}`);
    former = client;
  }
  former?.send(packet(0xe0));
}

async function open(
  t: TestContext,
  port: number,
  fields: Parameters<typeof connect>[0],
): Promise<RawClient> {
  const client = await connectRaw(t, port);
  client.send(connect(fields));
  await client.next(types.connack);
  return client;
}

async function retainedText(t: TestContext, port: number, topic: string): Promise<string> {
  const reader = await open(t, port, { version: 4 });
  reader.send(subscribe(4, [topic]));
  const message = await reader.next(types.publish);
  reader.socket.end(packet(0xe0));
  return message?.subarray(2 + 2 + topic.length).toString() ?? "";
}
