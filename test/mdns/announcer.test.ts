import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test, type TestContext } from "node:test";
import { createAnnouncer } from "../../src/mdns/announcer.js";
import type { MdnsPlace } from "../../src/mdns/bonjour.js";
import { findNodes, readNode } from "../../src/mdns/find-nodes.js";
import { recordLog } from "../support/logs.js";

/** A port of one's own on the loopback interface; skips the test where multicast does not work. */
async function findPlace(t: TestContext): Promise<MdnsPlace | undefined> {
  const socket = createSocket({ type: "udp4", reuseAddr: true });
  try {
    socket.bind(0, "0.0.0.0");
    await once(socket, "listening");
    const { port } = socket.address();
    socket.addMembership("224.0.0.251", "127.0.0.1");
    socket.setMulticastInterface("127.0.0.1");
    const heard = once(socket, "message", { signal: AbortSignal.timeout(1000) });
    socket.send("hello", port, "224.0.0.251");
    await heard;
    return { interface: "127.0.0.1", bind: "0.0.0.0", port };
  } catch (error) {
    t.skip(`no multicast on the loopback interface: ${String(error)}`);
    return undefined;
  } finally {
    socket.close();
  }
}

test("a node that serves the network is found while it runs, and not afterwards", async (t) => {
  const place = await findPlace(t);
  if (place === undefined) return;
  const log = recordLog();
  const announcer = createAnnouncer({
    address: { base: "home/earshot", node: "kitchen" },
    broker: () => ({ host: "0.0.0.0", port: 1884 }),
    log,
    place,
  });
  t.after(() => announcer.stop());
  await announcer.start();
  const [found, ...others] = await findNodes(place);
  const { host, ...rest } = found ?? {};
  assert.deepEqual([rest, others], [{ base: "home/earshot", node: "kitchen", port: 1884 }, []]);
  assert.match(host ?? "", /^[\d.]+$/u);
  await announcer.stop();
  assert.deepEqual(await findNodes(place), []);
  assert.deepEqual(
    log.lines.filter(({ level }) => level === "warn"),
    [],
  );
});

test("what only this machine reaches is not announced, and the log says why", async () => {
  for (const broker of [undefined, { host: "127.0.0.1", port: 1883 }]) {
    const log = recordLog();
    const address = { base: "earshot", node: "kitchen" };
    const announcer = createAnnouncer({ address, broker: () => broker, log });
    await announcer.start();
    assert.deepEqual(
      log.lines.map(({ message }) => message),
      ["the broker is not announced"],
    );
    await announcer.stop();
  }
});

test("what strangers announce is a node only with plain names, an address and a port", () => {
  const good = { name: "x", port: 1883, address: "192.0.2.1", txt: { base: "earshot", node: "a" } };
  assert.deepEqual(readNode(good), { base: "earshot", node: "a", host: "192.0.2.1", port: 1883 });
  for (const bad of [
    { ...good, port: 0 },
    { ...good, address: "evil.example" },
    { ...good, txt: {} },
    { ...good, txt: { base: "+/#", node: "a" } },
    { ...good, txt: { base: "earshot", node: "a\u001B[2J" } },
    { ...good, txt: { base: true, node: "a" } },
  ]) {
    assert.equal(readNode(bad), undefined, JSON.stringify(bad));
  }
});
