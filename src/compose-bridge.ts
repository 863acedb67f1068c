import { randomUUID } from "node:crypto";
import { type Bridge, createBridge } from "./bridge/bridge.js";
import type { EmbeddedBroker } from "./broker/embedded.js";
import { createBus } from "./bus/bus.js";
import type { Route } from "./bus/connection.js";
import { createExternalRoute } from "./bus/external-route.js";
import { createConnector } from "./bus/negotiate.js";
import type { Config } from "./config/schema.js";
import { nodeTopics } from "./contract/topics.js";
import type { Log } from "./lifecycle.js";

const connectTimeoutMs = 10_000;

/**
 * Makes the bridge with its two connections; a part of the composition root.
 *
 * @returns `undefined` where no bridge is configured
 * @throws EarshotError `bad_config` when a certificate cannot be read
 */
export async function composeBridge(
  config: Config,
  {
    broker,
    log,
  }: {
    readonly broker: EmbeddedBroker;
    readonly log: Log & { child(bindings: { readonly module: string }): Log };
  },
): Promise<Bridge | undefined> {
  if (config.bridge.url === "") return undefined;
  const address = { base: config.mqtt.baseTopic, node: config.node.id };
  const moduleLog = log.child({ module: "bridge" });
  const clientId = `earshot-bridge-${address.node}-${randomUUID().slice(0, 8)}`;
  const makeBus = (
    route: Route,
    connect: ReturnType<typeof createConnector>,
    isUpstream: boolean,
  ) =>
    createBus({
      log: moduleLog,
      retryFirstConnect: isUpstream,
      connect: (events) =>
        connect({
          ...events,
          route,
          clientId,
          timeoutMs: connectTimeoutMs,
          ...(isUpstream && {
            will: { topic: nodeTopics(address).status.topic, payload: "offline" },
          }),
        }),
    });
  const upstreamRoute = await createExternalRoute(config.bridge, "bridge");
  return createBridge({
    ...address,
    local: makeBus(
      { kind: "stream", open: () => broker.openStream() },
      createConnector("5"),
      false,
    ),
    upstream: makeBus(upstreamRoute, createConnector(config.bridge.version), true),
    log: moduleLog,
  });
}
