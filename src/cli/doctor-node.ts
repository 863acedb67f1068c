import { once } from "node:events";
import { createServer } from "node:net";
import { findPortOwner } from "../broker/port-owner.js";
import type { Config } from "../config/schema.js";
import type { Info } from "../contract/state.js";
import { nodeTopics } from "../contract/topics.js";
import { createDeferred } from "../deferred.js";
import { messageOf } from "../errors.js";
import { withDeadline } from "../lifecycle.js";
import type { Check } from "./doctor-check.js";
import { type NodeLine, openNodeLine } from "./node-line.js";

/** A node that is up, and how its microphone is. */
export interface NodeUp {
  readonly info: Info;
  /** `undefined` where it has none. */
  readonly micState: NonNullable<Info["mic"]>["state"] | undefined;
}

const name = "broker";
/** What a node says about itself is retained, so it comes at once or not at all. */
const introductionMs = 2000;

/** Whether the node of this machine runs, or could: its broker answers, or its port is free. */
export async function checkNode(
  config: Config,
): Promise<{ readonly check: Check; readonly node?: NodeUp }> {
  const isEmbedded = config.broker.mode === "embedded";
  let line: NodeLine;
  try {
    line = await openNodeLine(config);
  } catch (error) {
    if (isEmbedded) return { check: await checkPort(config.broker) };
    return { check: { name, state: "fault", message: messageOf(error) } };
  }
  try {
    const node = await meetNode(line);
    if (node !== undefined) return { check: describeNode(line, node), node };
    return { check: isEmbedded ? describeTaken(config.broker) : describeLonely(line) };
  } finally {
    await line.end();
  }
}

async function meetNode(line: NodeLine): Promise<NodeUp | undefined> {
  const topics = nodeTopics(line);
  const status = createDeferred<"online" | "offline">();
  const info = createDeferred<Info>();
  const micState = createDeferred<NodeUp["micState"]>();
  try {
    await line.listen(topics.status, status.resolve);
    await line.listen(topics.info, info.resolve);
    await line.listen(topics.micState, micState.resolve);
    const met = (async () => ({ status: await status.promise, info: await info.promise }))();
    const { status: word, info: self } = await withDeadline(met, introductionMs, "the node");
    if (word === "offline") return undefined;
    if (!self.roles.includes("mic")) return { info: self, micState: undefined };
    const state = await withDeadline(micState.promise, introductionMs, "the node's microphone");
    return { info: self, micState: state };
  } catch {
    return undefined;
  }
}

function describeNode({ where }: NodeLine, { info }: NodeUp): Check {
  const message = `node ${info.node} is up at ${where}: Earshot ${info.version}, ${info.roles.join(", ")}`;
  return { name, state: "ok", message };
}

function describeLonely({ node, where }: NodeLine): Check {
  const message = `the broker at ${where} answers; node ${node} is not up (earshot start)`;
  return { name, state: "ok", message };
}

async function checkPort({ host, port }: Config["broker"]): Promise<Check> {
  const server = createServer().listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
    if (isTaken) return describeTaken({ host, port });
    const message = `${host}:${port} cannot be listened on: ${messageOf(error)}; set broker.host and broker.port`;
    return { name, state: "fault", message };
  }
  server.close();
  const place = port === 0 ? `${host} has a free port` : `${host}:${port} is free`;
  return { name, state: "ok", message: `${place}; no node runs here (earshot start)` };
}

function describeTaken({ host, port }: Pick<Config["broker"], "host" | "port">): Check {
  const owner = findPortOwner(port) ?? "a program of another user";
  const message =
    `${host}:${port} is in use by ${owner}, which is not this node: end it, set broker.port to ` +
    `another port, or use it as the broker (broker.mode: external)`;
  return { name, state: "fault", message };
}
