import type { TestContext } from "node:test";
import { setTimeout } from "node:timers/promises";
import { type Bridge, createBridge, type UpstreamName } from "../../src/bridge/bridge.js";
import { createDirections } from "../../src/bridge/directions.js";
import type { FormerTopics } from "../../src/bridge/former.js";
import type { OutboxLimits } from "../../src/bridge/outbox.js";
import { createEmbeddedBroker, type EmbeddedBroker } from "../../src/broker/embedded.js";
import type { Route } from "../../src/bus/connection.js";
import { createConnector, type VersionSetting } from "../../src/bus/negotiate.js";
import { createSideLine } from "../../src/bus/side-line.js";
import { nodeTopics } from "../../src/contract/topics.js";
import { createNameAtBroker } from "../../src/presence/name-at-broker.js";
import { recordLog, type RecordedLog } from "../support/logs.js";
import { createManualClock, type ManualClock } from "../support/manual-clock.js";

/** A broker of a node's own with a bridge, and no node beside them. */
export interface BridgedBroker {
  readonly broker: EmbeddedBroker;
  readonly port: number;
  readonly bridge: Bridge;
  readonly log: RecordedLog;
  readonly clock: ManualClock;
}

/** Starts a broker without rules; it ends with the test. */
export async function startOwnBroker(t: TestContext): Promise<EmbeddedBroker> {
  const broker = createEmbeddedBroker({ host: "127.0.0.1", port: 0, log: recordLog() });
  t.after(() => broker.stop());
  await broker.start();
  return broker;
}

/** Where nobody else can have the name, there is no need to wait for an answer. */
function nameOfNobodyElse(topic: string): UpstreamName {
  return { topic, claim: async () => ({ release: async () => {} }), hear() {} };
}

/**
 * Bridges a broker to another one, for a node of this name.
 *
 * @param options with an `instance` the node asks for its name upstream
 */
export async function bridgeTo(
  t: TestContext,
  options: {
    readonly node: string;
    readonly upstreamPort: number;
    readonly broker?: EmbeddedBroker;
    readonly version?: VersionSetting;
    readonly limits?: OutboxLimits;
    readonly instance?: string;
    readonly former?: FormerTopics;
  },
): Promise<BridgedBroker> {
  const { node, upstreamPort, version = "auto", limits, instance, former } = options;
  const broker = options.broker ?? (await startOwnBroker(t));
  const address = { base: "earshot", node };
  const topics = nodeTopics(address);
  const connectOwn = createConnector("5");
  const connectUpstream = createConnector(version);
  const common = { clientId: `${node}-bridge`, timeoutMs: 5000 };
  const route: Route = { kind: "url", url: `mqtt://127.0.0.1:${upstreamPort}` };
  const log = recordLog();
  const clock = createManualClock();
  const named = (run: string): UpstreamName => {
    const startedAt = "2026-11-23T10:00:00.000Z";
    const name = createNameAtBroker({ address, instance: run, startedAt, log });
    return { ...name, claim: () => name.claim(createSideLine(connectUpstream, route).open) };
  };
  const bridge = createBridge({
    directions: createDirections({
      address,
      replyPrefixes: [],
      homeAssistant: undefined,
    }),
    statusTopic: topics.status.topic,
    connectOwn: (events) =>
      connectOwn({
        ...events,
        ...common,
        route: { kind: "stream", open: () => broker.openStream() },
      }),
    connectUpstream: (events) =>
      connectUpstream({
        ...events,
        ...common,
        route,
        will: { topic: topics.status.topic, payload: "offline" },
      }),
    name: instance === undefined ? nameOfNobodyElse(topics.claim.topic) : named(instance),
    log,
    clock,
    random: () => 0.5,
    ...(limits === undefined ? {} : { limits }),
    ...(former === undefined ? {} : { former }),
  });
  t.after(() => bridge.stop());
  await bridge.start();
  return { broker, port: broker.address()?.port ?? 0, bridge, log, clock };
}

/** Resolves when a condition holds; looks every few milliseconds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`${what}: not within 10 s`);
    await setTimeout(3);
  }
}
