import assert from "node:assert/strict";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { publishIdentifier } from "../../../src/broker/guard/packets.js";
import { createLastWills } from "../../../src/broker/guard/last-will.js";
import { frameAt } from "../../../src/broker/guard/frames.js";
import { aedesVersions, startGuardedBroker } from "../../support/brokers.js";
import { createFuzzListeners } from "../../support/fuzz-run.js";
import { connect, packet, publish, subscribe, text } from "../../support/mqtt-bytes.js";
import { connectRaw } from "../../support/raw-client.js";

const types = { connack: 2, publish: 3, suback: 9 };
const version = 4;

test("a disk that hangs delays a client by a second, and then the last will of its former connection comes at once", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const wills = createLastWills({ isSynced: () => false, synced: () => new Promise(() => {}) });
  const log: string[] = [];
  const former = { id: "x", clean: true, conn: new PassThrough(), closed: true, close: () => {} };
  wills.hold(former, { topic: "status" }, () => log.push("offline"));
  wills.whenDone("y", () => log.push("another client"));
  wills.whenDone("x", () => log.push("online"));
  t.mock.timers.tick(999);
  assert.deepEqual(log, ["another client"]);
  t.mock.timers.tick(1);
  assert.deepEqual(log, ["another client", "offline", "online"]);
});

for (const [aedes, createAedes] of Object.entries(aedesVersions)) {
  test(`a last will does not overtake what its client sent before its end (Aedes ${aedes})`, async (t) => {
    const listeners = createFuzzListeners();
    const { port } = await startGuardedBroker(t, { createAedes, listeners });
    const watcher = await connectRaw(t, port);
    watcher.send(connect({ version, clientId: "watcher", flags: 0 }));
    await watcher.next(types.connack);
    watcher.send(subscribe(version, ["status"], { bits: 2 }));
    await watcher.next(types.suback);
    const nextText = async (): Promise<string | undefined> => {
      const message = await watcher.next(types.publish);
      assert.ok(message !== undefined);
      const identifier = publishIdentifier(frameAt(message, 0, message.length));
      const qos = ((message[0] ?? 0) >> 1) & 3;
      if (qos > 0)
        watcher.send(packet(qos === 1 ? 0x40 : 0x50, [identifier >> 8, identifier & 0xff]));
      return message.subarray(qos > 0 ? 12 : 10).toString();
    };
    for (const qos of [1, 2])
      for (const willQos of [0, 1]) {
        // The end of the line comes with the message, as over TLS.
        const line = listeners.open();
        const flags = 6 | (willQos << 3);
        const rest = [text("status"), text("offline")];
        line.write(connect({ version, clientId: `${qos} ${willQos}`, flags, rest }));
        await once(line, "data");
        line.end(publish({ version, topic: "status", payload: "online", flags: qos << 1 }));
        const heard = [await nextText(), await nextText()];
        assert.deepEqual(heard, ["online", "offline"], `QoS ${qos}, last will ${willQos}`);
      }
  });
}
