import type { EmbeddedBroker } from "./broker/embedded.js";
import { addressOfUrl } from "./bus/external-route.js";
import type { Config } from "./config/schema.js";
import type { CatalogueState, Health, Info, Role } from "./contract/state.js";
import { programVersion } from "./program.js";

/** Prepares what a node says about itself on `info`: what never changes, and what is read anew. */
export function createInfo(
  config: Config,
  parts: {
    readonly broker: () => Info["broker"];
    readonly catalogue: () => CatalogueState | undefined;
    readonly mic: () => Info["mic"];
    readonly instance: string;
    readonly startedAt: string;
  },
): () => Info {
  const fixed = {
    name: "earshot",
    version: programVersion,
    api: 1,
    node: config.node.id,
    instance: parts.instance,
    roles: rolesOf(config),
    started_at: parts.startedAt,
  } as const;
  return () => ({
    ...fixed,
    broker: parts.broker(),
    ...(config.mic.enabled ? { mic: parts.mic() } : {}),
    ...describeCatalogue(parts.catalogue()),
  });
}

/** What `info` says of the broker. */
export function describeBroker(
  config: Config,
  broker: EmbeddedBroker | undefined,
  version: 4 | 5 | undefined,
): Info["broker"] {
  const mqttVersion = version === undefined ? {} : { mqtt_version: version };
  if (broker === undefined) {
    return { kind: "external", ...addressOfUrl(config.mqtt.url), ...mqttVersion };
  }
  const { host, port } = config.broker;
  return { kind: "embedded", ...(broker.address() ?? { host, port }), ...mqttVersion };
}

/** Prepares `health`: the process, and what its parts count. */
export function createHealth(statistics: () => Readonly<Record<string, number>>): () => Health {
  return () => ({
    time_s: Math.round(Date.now() / 1000),
    uptime_s: Math.round(process.uptime()),
    rss_mb: Math.round(process.memoryUsage.rss() / 1e5) / 10,
    ...statistics(),
  });
}

/** Everything that the broker counts, each with `broker_` before its name. */
export function brokerCounters(
  broker: EmbeddedBroker | undefined,
): Readonly<Record<string, number>> {
  const counters = Object.entries(broker?.counters() ?? {});
  return Object.fromEntries(counters.map(([name, count]) => [`broker_${name}`, count]));
}

function describeCatalogue(state: CatalogueState | undefined): Pick<Info, "catalogue"> {
  if (state === undefined) return {};
  const { name, version, songs, note } = state;
  return { catalogue: { name, version, songs, ...(note === undefined ? {} : { note }) } };
}

function rolesOf(config: Config): Role[] {
  return [
    ...(config.broker.mode === "embedded" ? ["broker" as const] : []),
    ...(config.mic.enabled ? ["mic" as const] : []),
    ...(config.recommender.enabled ? ["recommender" as const] : []),
  ];
}
