import { randomUUID } from "node:crypto";
import type { Duplex } from "node:stream";
import { addressOfUrl, createExternalRoute } from "../bus/external-route.js";
import { createConnector } from "../bus/negotiate.js";
import { createSideLine, type SideLine } from "../bus/side-line.js";
import { isLoopback } from "../config/availability.js";
import type { Config } from "../config/schema.js";
import type { NodeTopics } from "../contract/topics.js";
import { EarshotError } from "../errors.js";
import type { Log } from "../lifecycle.js";
import { type Bridge, createBridge, type UpstreamName } from "./bridge.js";
import { createDirections } from "./directions.js";
import type { FormerTopics } from "./former.js";

/** What a bridge needs of the node's own broker. */
interface OwnBroker {
  openStream(): Duplex;
  address(): { readonly host: string; readonly port: number } | undefined;
}

/** The bridge, and a way to say something to the upstream broker beside it. */
export interface OpenedBridge extends Bridge {
  /** While the bridge is not up it fails at once with `broker_unavailable`. */
  readonly sideLine: SideLine;
}

const connectTimeoutMs = 10_000;

/**
 * Builds the bridge that the configuration asks for; `undefined` without `bridge.url`. Nothing runs
 * yet.
 *
 * @throws EarshotError `bad_config` when there is no broker of the node's own, or the settings of
 *   `bridge` do not go together; its `start` does when `bridge.url` is the node's own broker
 */
export async function openBridge(options: {
  readonly config: Config;
  readonly topics: NodeTopics;
  readonly broker: OwnBroker | undefined;
  readonly former: FormerTopics;
  /** As a bridge needs it, with a line to the upstream broker that the question goes over. */
  readonly name: Pick<UpstreamName, "topic" | "hear"> & {
    claim(openLine: SideLine["open"]): ReturnType<UpstreamName["claim"]>;
  };
  readonly onUp: () => void;
  readonly log: Log;
}): Promise<OpenedBridge | undefined> {
  const { config, topics, broker, name, log } = options;
  const { bridge: settings } = config;
  if (settings.url === "") return undefined;
  if (broker === undefined) {
    throw new EarshotError(
      "bad_config",
      "bridge.url: a bridge joins the node's own broker to another one, but broker.mode is external; " +
        "leave one of the two out",
    );
  }
  const route = await createExternalRoute(settings, "bridge");
  const clientId = `earshot-${config.node.id}-bridge-${randomUUID().slice(0, 8)}`;
  const connectOwn = createConnector("5");
  const connectUpstream = createConnector(settings.version);
  const sideLine = createSideLine(connectUpstream, route);
  const common = { clientId, timeoutMs: connectTimeoutMs };
  const bridge = createBridge({
    directions: createDirections({
      address: { base: config.mqtt.baseTopic, node: config.node.id },
      replyPrefixes: config.recommender.replyPrefixes,
      homeAssistant: config.homeAssistant.discovery === "false" ? undefined : config.homeAssistant,
    }),
    former: options.former,
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
    name: { ...name, claim: () => name.claim(sideLine.open) },
    onUp: options.onUp,
    log,
  });
  const checkUp = (): void => {
    if (!bridge.isUp()) throw new EarshotError("broker_unavailable", "the bridge is not up");
  };
  return {
    ...bridge,
    sideLine: {
      async open(onMessage) {
        checkUp();
        return await sideLine.open(onMessage);
      },
      async clear(cleared) {
        checkUp();
        await sideLine.clear(cleared);
      },
    },
    async start() {
      refuseOwnBroker(settings.url, broker);
      await bridge.start();
    },
  };
}

/** To itself a broker would hand on every request without end. */
function refuseOwnBroker(url: string, broker: OwnBroker): void {
  const { host, port } = addressOfUrl(url);
  const own = broker.address();
  const isHere = host === own?.host || isLoopback(host);
  if (own?.port !== port || !isHere) return;
  throw new EarshotError(
    "bad_config",
    `bridge.url: expected another broker, got ${url}, which is the one that this node carries`,
  );
}
