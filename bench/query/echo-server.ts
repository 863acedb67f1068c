// The baseline of the round trip: Aedes as it comes, of the same version, and a responder that
// sends back a reply of a given size. Like a node's own client, the responder speaks MQTT 5 in the
// broker's process; `stream` puts it on a stream pair, `tcp` on the network. Both libraries are those
// of node_modules, not the ones that the build has joined to files of its own.
import { createServer } from "node:net";
import { join } from "node:path";
import { duplexPair } from "node:stream";
import { pathToFileURL } from "node:url";
import type * as aedes from "aedes";
import type * as mqttjs from "mqtt";
import { programRoot } from "../../src/program.js";

const installed = (file: string): string =>
  pathToFileURL(join(programRoot, "node_modules", file)).href;
const { Aedes }: typeof aedes = await import(installed("aedes/aedes.js"));
const { default: mqtt }: typeof mqttjs = await import(installed("mqtt/build/index.js"));

const [transport = "stream", replyBytes = "2000"] = process.argv.slice(2);
const reply = Buffer.alloc(Number(replyBytes), "x");

const broker = await Aedes.createBroker();
const server = createServer({ noDelay: true }, (socket) => {
  broker.handle(socket);
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const responder = transport === "tcp" ? connectOverTcp(port) : connectOverStream();
  responder.on("message", (topic) => {
    responder.publish(topic.replace("/request/", "/reply/"), reply, { qos: 1 });
  });
  responder.on("connect", () => {
    responder.subscribe("earshot/bench/recommend/request/+", { qos: 1 }, () => {
      process.send?.(port);
    });
  });
});

function connectOverTcp(port: number): mqttjs.MqttClient {
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { protocolVersion: 5 });
  client.once("connect", () => {
    const { stream } = client;
    if ("setNoDelay" in stream && typeof stream.setNoDelay === "function") stream.setNoDelay(true);
  });
  return client;
}

function connectOverStream(): mqttjs.MqttClient {
  const [ours, theirs] = duplexPair();
  broker.handle(theirs);
  return new mqtt.MqttClient(() => ours, { protocolVersion: 5 });
}
