import { once } from "node:events";
import { createServer } from "node:net";
import { findPortOwner } from "../broker/port-owner.js";
import type { LoadedConfig } from "../config/load.js";
import type { Config } from "../config/schema.js";
import type { Info } from "../contract/state.js";
import { nodeTopics } from "../contract/topics.js";
import { createDeferred } from "../deferred.js";
import { EarshotError, messageOf } from "../errors.js";
import { hostAndPort } from "../host-and-port.js";
import { withDeadline } from "../lifecycle.js";
import type { Check } from "./doctor-check.js";
import { type NodeLine, openNodeLine } from "./node-line.js";

const name = "broker";
/** What a node says about itself is retained, so it comes at once or not at all. */
const introductionMs = 2000;

/**
 * Whether the node of this machine runs, or could: its broker answers, or its port is free.
 *
 * @returns `node` is what a node that is up says about itself
 */
export async function checkNode(
  loaded: LoadedConfig,
): Promise<{ readonly check: Check; readonly node?: Info }> {
  const { config } = loaded;
  const isEmbedded = config.broker.mode === "embedded";
  let line: NodeLine;
  try {
    line = await openNodeLine(loaded);
  } catch (error) {
    if (isEmbedded) return { check: await checkPort(config.broker) };
    return { check: describeUnreachable(error) };
  }
  try {
    const node = await meetNode(line);
    if (node !== undefined) return { check: describeNode(line, node), node };
    return { check: isEmbedded ? await checkPort(config.broker) : describeLonely(line) };
  } finally {
    await line.end();
  }
}

async function meetNode(line: NodeLine): Promise<Info | undefined> {
  const topics = nodeTopics(line);
  const status = createDeferred<"online" | "offline">();
  const info = createDeferred<Info>();
  try {
    await line.listen(topics.status, status.resolve);
    await line.listen(topics.info, info.resolve);
    const met = Promise.all([status.promise, info.promise]);
    const [word, self] = await withDeadline(met, introductionMs, "hearing of the node");
    return word === "online" ? self : undefined;
  } catch {
    return undefined;
  }
}

function describeUnreachable(error: unknown): Check {
  const isOut = error instanceof EarshotError && error.code === "broker_unavailable";
  const reason = messageOf(isOut ? error.cause : error);
  const hint = "check that it runs, and mqtt.url, mqtt.username and mqtt.password";
  return { name, state: "fault", message: `the external broker: ${reason}: ${hint}` };
}

function describeNode({ where }: NodeLine, { node, version, roles }: Info): Check {
  const message = `node ${node} is up at ${where}: Earshot ${version}, ${roles.join(", ")}`;
  return { name, state: "ok", message };
}

function describeLonely({ node, where }: NodeLine): Check {
  const message = `the broker at ${where} answers; node ${node} is not up (earshot start)`;
  return { name, state: "ok", message };
}

async function checkPort({ host, port }: Config["broker"]): Promise<Check> {
  const address = hostAndPort({ host, port });
  const server = createServer().listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    if (isTaken) return describeTaken({ host, port });
    const message = `${address} cannot be listened on: ${messageOf(error)}; set broker.host and broker.port`;
    return { name, state: "fault", message };
  }
  server.close();
  const place = port === 0 ? `${host} has a free port` : `${address} is free`;
  return { name, state: "ok", message: `${place}; no node runs here (earshot start)` };
}

function describeTaken({ host, port }: Pick<Config["broker"], "host" | "port">): Check {
  const owner = findPortOwner(port) ?? "a program of another user";
  const message =
    `${hostAndPort({ host, port })} is in use by ${owner}, which is not this node: end it, set broker.port to ` +
    `another port, or use it as the broker (broker.mode: external)`;
  return { name, state: "fault", message };
}
