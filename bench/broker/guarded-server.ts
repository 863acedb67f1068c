// One broker in a process of its own, with a responder inside it as in a node: bare Aedes, or Aedes
// behind the guard as a node composes it. Tells its port, and its memory when it is asked.
import { createServer } from "node:net";
import { Aedes } from "aedes";
import { MqttClient } from "mqtt";
import { createStreamPair } from "../../src/broker/stream-pair.js";
import { startGuardedBroker } from "../../test/support/brokers.js";

const [kind = "guarded"] = process.argv.slice(2);
const cleanups: (() => unknown)[] = [];
process.once("SIGTERM", () => {
  void (async () => {
    for (const cleanup of cleanups) await cleanup();
    process.exit();
  })();
});
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const { port, openStream } = await (kind === "bare" ? startBare() : startGuarded());

const responder = new MqttClient(openStream, { protocolVersion: 5 });
responder.on("message", (topic, payload) => {
  responder.publish(topic.replace("/request/", "/reply/"), payload, { qos: 1 });
});
responder.on("connect", () => {
  responder.subscribe("earshot/bench/recommend/request/+", { qos: 0 }, () => {
    process.send?.(port);
  });
});
process.on("message", () => {
  globalThis.gc?.();
  process.send?.(process.memoryUsage().rss);
});

async function startBare() {
  const broker = await Aedes.createBroker();
  const server = createServer({ noDelay: true }, (socket) => {
    broker.handle(socket);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    openStream: () => {
      const [ours, theirs] = createStreamPair();
      broker.handle(theirs);
      return ours;
    },
  };
}

async function startGuarded() {
  const owner = {
    after(run: () => unknown): void {
      cleanups.push(run);
    },
  };
  const limits = { clientsPerAddress: 5000, clients: 5000, connectBurst: 1e6 };
  const { broker, port } = await startGuardedBroker(owner, { log: silent, limits });
  return { port, openStream: () => broker.openStream() };
}
