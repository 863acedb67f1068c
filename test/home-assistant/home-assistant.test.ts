import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, before, test, type TestContext } from "node:test";
import { Aedes, type AedesOptions } from "aedes";
import { createEmbeddedBroker } from "../../src/broker/embedded.js";
import { loadConfig } from "../../src/config/load.js";
import { encodeSong } from "../../src/contract/encode-reply.js";
import { createNameHolder } from "../../src/presence/name-holder.js";
import { startCutProxy } from "../support/cut-proxy.js";
import { recordLog } from "../support/logs.js";
import { findFreePort, needMosquitto, startMosquitto } from "../support/mosquitto.js";
import { connectTestClient, type TestClient } from "../support/mqtt-client.js";
import { makeTempFolder } from "../support/temp-folder.js";
import { type CheckedPayload, devicePayload, discoveryTopicPattern } from "./documented-rules.js";
import { startService } from "./start-service.js";

const topic = "homeassistant/device/earshot_kitchen/config";
const birthTopic = "homeassistant/status";

const broker = createEmbeddedBroker({ host: "127.0.0.1", port: 0, log: recordLog() });
before(() => broker.start());
after(() => broker.stop());

function brokerPort(): number {
  return broker.address()?.port ?? 0;
}

/** Each test begins with a broker that holds nothing of Home Assistant. */
async function connectHome(t: TestContext): Promise<TestClient> {
  const home = await connectTestClient(t, brokerPort());
  for (const node of ["kitchen", "bath"]) {
    const stale = `homeassistant/device/earshot_${node}/config`;
    await home.publish(stale, "", { retain: true });
  }
  await home.subscribe("homeassistant/device/#");
  return home;
}

/** The next discovery message on a topic, checked. */
async function nextDevice(home: TestClient, on: string = topic): Promise<CheckedPayload> {
  const message = await home.next((seen) => seen.topic === on);
  return devicePayload.parse(JSON.parse(message.text));
}

test("on a shared broker the device is announced and stays for whoever comes later", async (t) => {
  await connectHome(t);
  await startService(t, { port: brokerPort(), dataDir: await makeTempFolder(t) });
  const late = await connectTestClient(t, brokerPort());
  await late.subscribe("homeassistant/#");
  const message = await late.next(() => true);
  assert.ok(message.retain);
  assert.match(message.topic, discoveryTopicPattern);
  devicePayload.parse(JSON.parse(message.text));
});

test("a Home Assistant that restarts is told everything again, after a delay", async (t) => {
  const home = await connectHome(t);
  const { bus, clock, topics } = await startService(t, {
    port: brokerPort(),
    dataDir: await makeTempFolder(t),
  });
  await nextDevice(home);
  await bus.publish(topics.status, "online");
  await home.subscribe(topics.status.topic);
  await home.next(({ text }) => text === "online");
  await seenByNode(bus, home);
  assert.deepEqual(
    home.seen.filter((seen) => seen.topic === topic),
    [],
  );
  clock.advance(5000);
  await nextDevice(home);
  clock.advance(2000);
  await home.next(({ text }) => text === "online");
});

/** Sends the birth message and returns when the node has it. */
async function seenByNode(
  bus: Awaited<ReturnType<typeof startService>>["bus"],
  home: TestClient,
): Promise<void> {
  const echo = new Promise<void>((resolve) => {
    void bus.subscribe("test/echo", () => {
      resolve();
    });
  });
  await home.publish(birthTopic, "online");
  await home.publish("test/echo", "");
  await echo;
}

test("on a broker that forgets at once, Home Assistant gets device and state after its birth", async (t) => {
  await checkBirth(t, await startForgetfulBroker(t));
});

test("on a Mosquitto that refuses retained messages the same holds", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  await checkBirth(t, await startMosquitto(t, "retain_available false"));
});

async function checkBirth(t: TestContext, forgetful: number): Promise<void> {
  const { bus, clock, topics } = await startService(t, {
    port: forgetful,
    dataDir: await makeTempFolder(t),
  });
  await bus.publish(topics.status, "online");
  const home = await connectTestClient(t, forgetful);
  await home.subscribe("homeassistant/device/#");
  await seenByNode(bus, home);
  assert.deepEqual(home.seen, []);
  clock.advance(5000);
  const { availability } = await nextDevice(home);
  await home.subscribe(availability[0]?.topic ?? "");
  clock.advance(2000);
  assert.equal((await home.next((seen) => seen.topic === topics.status.topic)).text, "online");
}

test("a broker that lets the node hear nothing of Home Assistant keeps it from nothing else", async (t) => {
  const strict = await startBroker(t, {
    authorizeSubscribe(_client, subscription, done) {
      done(null, subscription.topic === birthTopic ? null : subscription);
    },
  });
  const proxy = await startCutProxy(t, strict);
  const { log } = await startService(t, {
    port: proxy.port,
    dataDir: await makeTempFolder(t),
  });
  assert.ok(log.lines.some(({ message }) => message.includes("birth message cannot be heard")));
  const home = await connectTestClient(t, strict);
  await home.subscribe("homeassistant/device/#");
  await nextDevice(home);
  proxy.cut();
  await nextDevice(home);
});

/** A real broker that takes retained messages and does not keep them. */
function startForgetfulBroker(t: TestContext): Promise<number> {
  return startBroker(t, {
    authorizePublish(_client, packet, done) {
      packet.retain = false;
      done(null);
    },
  });
}

async function startBroker(t: TestContext, options: AedesOptions): Promise<number> {
  const aedes = await Aedes.createBroker(options);
  const server = createServer((socket) => {
    aedes.handle(socket);
  }).listen(0, "127.0.0.1");
  t.after(() => {
    server.close();
    aedes.close();
  });
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}

test("on its own broker a node keeps quiet until Home Assistant is seen, and then remembers", async (t) => {
  const home = await connectHome(t);
  const settings = {
    port: brokerPort(),
    dataDir: await makeTempFolder(t),
    isSharedBroker: false,
  };
  const first = await startService(t, settings);
  await seenByNode(first.bus, home);
  assert.deepEqual(home.seen, []);
  first.clock.advance(5000);
  await nextDevice(home);
  await first.stop();
  await startService(t, settings);
  await nextDevice(home);
});

test("a role that is taken away takes its entities with it", async (t) => {
  const home = await connectHome(t);
  const dataDir = await makeTempFolder(t);
  const first = await startService(t, { port: brokerPort(), dataDir });
  assert.ok("peak" in (await nextDevice(home)).components);
  await first.stop();
  await startService(t, { port: brokerPort(), dataDir, hasEars: false });
  const removing = await nextDevice(home);
  assert.deepEqual(removing.components["peak"], { platform: "event" });
  assert.deepEqual(removing.components["microphone"], { platform: "switch" });
  assert.ok(!("peak" in (await nextDevice(home)).components));
});

test("a new name, a new prefix and discovery switched off leave no device behind", async (t) => {
  const home = await connectHome(t);
  await home.subscribe("ha2/#");
  const dataDir = await makeTempFolder(t);
  const port = brokerPort();
  const isEmpty = (on: string) => home.next((seen) => seen.topic === on && seen.text === "");
  await (await startService(t, { port, dataDir })).stop();
  await (await startService(t, { port, dataDir, node: "bath" })).stop();
  await isEmpty(topic);
  const prefix = "ha2/discovery";
  await (await startService(t, { port, dataDir, node: "bath", config: { prefix } })).stop();
  await isEmpty("homeassistant/device/earshot_bath/config");
  await nextDevice(home, "ha2/discovery/device/earshot_bath/config");
  const off = { prefix, discovery: "false" } as const;
  await (await startService(t, { port, dataDir, node: "bath", config: off })).stop();
  await isEmpty("ha2/discovery/device/earshot_bath/config");
});

test("a former name that another live node has is left alone", async (t) => {
  const home = await connectHome(t);
  const port = brokerPort();
  const dataDir = await makeTempFolder(t);
  await (await startService(t, { port, dataDir })).stop();
  // A second machine with a copy of the same data folder, still under the old name.
  const other = await startService(t, { port, dataDir: await makeTempFolder(t) });
  const holder = createNameHolder({
    bus: other.bus,
    address: { base: "earshot", node: "kitchen" },
    instance: "the-other-one",
    startedAt: new Date().toISOString(),
    log: recordLog(),
  });
  await holder.start();
  await startService(t, { port, dataDir, node: "bath" });
  await nextDevice(home, "homeassistant/device/earshot_bath/config");
  assert.deepEqual(
    home.seen.filter((seen) => seen.topic === topic && seen.text === "" && !seen.retain).length,
    0,
  );
});

test("after a line that is cut the device is announced again, each time", async (t) => {
  const home = await connectHome(t);
  const proxy = await startCutProxy(t, brokerPort());
  await startService(t, { port: proxy.port, dataDir: await makeTempFolder(t) });
  await nextDevice(home);
  for (let times = 0; times < 2; times += 1) {
    proxy.cut();
    await nextDevice(home);
  }
});

test("what could not be cleared without a broker is cleared once it is there", async (t) => {
  const home = await connectHome(t);
  const dataDir = await makeTempFolder(t);
  await (await startService(t, { port: brokerPort(), dataDir })).stop();
  const proxyPort = await findFreePort();
  const away = await startService(t, { port: proxyPort, dataDir, node: "bath", hasEars: false });
  assert.equal(away.bus.protocolVersion(), undefined);
  await startCutProxy(t, brokerPort(), proxyPort);
  await home.next((seen) => seen.topic === topic && seen.text === "");
  await nextDevice(home, "homeassistant/device/earshot_bath/config");
});

test("the button asks for the last song again, in Home Assistant's name", async (t) => {
  const home = await connectHome(t);
  const { bus, topics } = await startService(t, {
    port: brokerPort(),
    dataDir: await makeTempFolder(t),
  });
  await home.subscribe("earshot/kitchen/recommend/request/+");
  await bus.publish(topics.lastReply, {
    id: "1",
    status: "ok",
    query: "hello",
    match: {
      song: encodeSong({ id: "s7", title: "Hello", artist: "Adele" }),
      score: 1,
      kind: "exact",
      alternatives: [],
    },
    results: [],
    took_ms: 1,
  });
  await home.subscribe("earshot/kitchen/recommend/last");
  await home.next((seen) => seen.topic.endsWith("/last"));
  await home.publish("earshot/kitchen/ha/again", "PRESS", { retain: true });
  await home.publish("earshot/kitchen/ha/again", "", { retain: true });
  await home.publish("earshot/kitchen/ha/again", "PRESS");
  const request = await home.next((seen) => seen.topic.includes("/request/"));
  assert.equal(request.topic, "earshot/kitchen/recommend/request/homeassistant");
  assert.deepEqual(JSON.parse(request.text), { song_id: "s7", limit: 10 });
  // The retained press before it was none.
  await home.publish("earshot/kitchen/recommend/request/marker", "Hello");
  assert.match((await home.next((seen) => seen.topic.includes("/request/"))).topic, /marker$/u);
});

test("a prefix or a status topic with wildcards stops the start and says what is allowed", () => {
  for (const key of ["prefix", "statusTopic"]) {
    for (const value of ["home/#", "+/ha", "#", "", "$SYS", "a//b", "a\u0000b"]) {
      assert.throws(
        () => loadConfig({ env: {}, flags: { [`homeAssistant.${key}`]: value } }),
        new RegExp(`homeAssistant.${key}: expected a topic without wildcards`, "u"),
        value,
      );
    }
  }
});
