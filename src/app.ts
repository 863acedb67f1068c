import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { hostname } from "node:os";
import { createAskService } from "./ask/ask-service.js";
import { createEmbeddedBroker, type EmbeddedBroker } from "./broker/embedded.js";
import { createBus } from "./bus/bus.js";
import type { Route } from "./bus/connection.js";
import { addressOfUrl, createExternalRoute } from "./bus/external-route.js";
import { createConnector } from "./bus/negotiate.js";
import type { Catalogue } from "./catalogue/catalogue.js";
import { createCatalogueService } from "./catalogue/catalogue-service.js";
import { checkAvailability } from "./config/availability.js";
import type { Config } from "./config/schema.js";
import type { CatalogueState, Health, Info, Role } from "./contract/state.js";
import { nodeTopics } from "./contract/topics.js";
import { composeBridge } from "./compose-bridge.js";
import { EarshotError, messageOf } from "./errors.js";
import { type Log, type Service, startServices } from "./lifecycle.js";
import { createLiveSongs } from "./live-songs.js";
import { createAnnouncement } from "./mdns/mdns.js";
import { createMicService } from "./mic/mic-service.js";
import { createNodeFile } from "./node-file.js";
import { createPresence } from "./presence/presence.js";
import { programVersion } from "./program.js";
import { createRecommender } from "./recommender/recommender.js";
import type { SongSource } from "./recommender/song-source.js";

export interface AppOptions {
  readonly config: Config;
  readonly log: Log & { child(bindings: { readonly module: string }): Log };
}

/** A node that runs. */
export interface RunningApp {
  /** What the node says about itself on `info`. */
  info(): Info;
  stop(): Promise<void>;
}

/** One service may take so long to stop; all of them fit into systemd's usual 90 s. */
const stopTimeoutMs = 5000;
const connectTimeoutMs = 10_000;

/**
 * Builds a node out of its configuration and starts it; the only place that knows every feature.
 *
 * The order of the services is the architecture: the broker first, then the bus, then the features,
 * and presence last, so that `online` means that everything else is up.
 *
 * @throws EarshotError `bad_config`, `port_taken`, `broker_unavailable`; what had started by then
 *   has been stopped
 */
export async function startApp(options: AppOptions): Promise<RunningApp> {
  checkAvailability(options.config);
  await prepareDataDir(options.config.data.dir);
  const app = await composeApp(options);
  const running = await startServices(app.services, { log: options.log, stopTimeoutMs });
  return { info: () => app.info(), stop: () => running.stop() };
}

/** Makes every part and hands each what it needs; nothing runs yet. */
async function composeApp({ config, log }: AppOptions) {
  const address = { base: config.mqtt.baseTopic, node: config.node.id };
  const topics = nodeTopics(address);
  const broker = createBroker(config, log);
  const route = await createRoute(config, broker);
  const connect = createConnector(broker === undefined ? config.mqtt.version : "5");
  // One id for the whole run: at a reconnect the broker then ends a session that it still believes
  // in at once, and not later, when its last will would overwrite the new `online`.
  const clientId = `earshot-${config.node.id}-${randomUUID().slice(0, 8)}`;
  const bus = createBus({
    log: log.child({ module: "bus" }),
    retryFirstConnect: broker === undefined,
    // Which version of MQTT it speaks is a part of `info`.
    onConnect: () => {
      presence.announce();
    },
    connect: (events) =>
      connect({
        ...events,
        route,
        clientId,
        will: { topic: topics.status.topic, payload: "offline" },
        timeoutMs: connectTimeoutMs,
      }),
  });
  const catalogue = createCatalogueService({
    bus,
    topics,
    dataDir: config.data.dir,
    log: log.child({ module: "catalogue" }),
  });
  const recommender = createRecommender({
    ...config.recommender,
    bus,
    topics,
    base: config.mqtt.baseTopic,
    source: createSource(() => catalogue.live()),
    log: log.child({ module: "recommender" }),
  });
  const mic = createMicService({
    bus,
    topics,
    node: config.node.id,
    config: config.mic,
    dataDir: config.data.dir,
    log: log.child({ module: "mic" }),
    onState: () => {
      presence.announce();
    },
  });
  const ask = createAskService({
    bus,
    topics,
    windowMs: config.ask.windowMs,
    log: log.child({ module: "ask" }),
  });
  const bridge = broker && (await composeBridge(config, { broker, log }));
  const info = createInfo(config, {
    broker: () => describeBroker(config, broker, bus.protocolVersion()),
    catalogue: () => catalogue.state(),
    mic: () => mic.state(),
  });
  const presence = createPresence({
    bus,
    topics,
    info,
    health: createHealth(() => ({
      songs: catalogue.state()?.songs ?? 0,
      ...recommender.statistics(),
      ...(config.mic.enabled ? mic.statistics() : {}),
      ...bridge?.statistics(),
    })),
    log: log.child({ module: "presence" }),
  });
  const url = broker === undefined ? { url: config.mqtt.url } : {};
  const nodeFile = createNodeFile(config.data.dir, () => ({
    ...address,
    broker: { ...info().broker, ...url },
  }));
  const announcement = createAnnouncement({
    node: () => {
      const { host, port } = info().broker;
      return { ...address, host: broker === undefined ? host : `${hostname()}.local`, port };
    },
    version: programVersion,
    log: log.child({ module: "mdns" }),
  });
  const services: readonly Service[] = [
    ...(broker === undefined ? [] : [broker]),
    bus,
    ...(config.recommender.enabled ? [recommender, catalogue] : []),
    ...(config.mic.enabled ? [ask, mic] : []),
    ...(bridge === undefined ? [] : [bridge]),
    nodeFile,
    ...(config.mdns.enabled ? [announcement] : []),
    presence,
  ];
  return { services, info };
}

async function prepareDataDir(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
  } catch (cause) {
    const isFile = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
    const problem = isFile
      ? `${dir} is a file; remove it or set data.dir to a folder`
      : `the folder ${dir} cannot be made: ${messageOf(cause)}`;
    throw new EarshotError("bad_config", `data.dir: ${problem}`, { cause });
  }
}

function createBroker(config: Config, log: AppOptions["log"]): EmbeddedBroker | undefined {
  if (config.broker.mode === "external") return undefined;
  const { host, port } = config.broker;
  return createEmbeddedBroker({ host, port, log: log.child({ module: "broker" }) });
}

async function createRoute(config: Config, broker: EmbeddedBroker | undefined): Promise<Route> {
  if (broker === undefined) return await createExternalRoute(config.mqtt);
  return { kind: "stream", open: () => broker.openStream() };
}

function describeBroker(
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

function createInfo(
  config: Config,
  parts: {
    readonly broker: () => Info["broker"];
    readonly catalogue: () => CatalogueState | undefined;
    readonly mic: () => Info["mic"];
  },
): () => Info {
  const fixed = {
    name: "earshot",
    version: programVersion,
    api: 1,
    node: config.node.id,
    instance: randomUUID(),
    roles: rolesOf(config),
    started_at: new Date().toISOString(),
  } as const;
  return () => ({
    ...fixed,
    broker: parts.broker(),
    ...(config.mic.enabled ? { mic: parts.mic() } : {}),
    ...describeCatalogue(parts.catalogue()),
  });
}

function describeCatalogue(state: CatalogueState | undefined): Pick<Info, "catalogue"> {
  if (state === undefined) return {};
  const { name, version, songs, note } = state;
  return { catalogue: { name, version, songs, ...(note === undefined ? {} : { note }) } };
}

/** Fits the live catalogue to the recommender, once for each catalogue. */
function createSource(live: () => Catalogue | undefined): () => SongSource | undefined {
  let fitted: { readonly catalogue: Catalogue; readonly songs: SongSource } | undefined;
  return () => {
    const catalogue = live();
    if (catalogue === undefined) return undefined;
    if (fitted?.catalogue !== catalogue) fitted = { catalogue, songs: createLiveSongs(catalogue) };
    return fitted.songs;
  };
}

function rolesOf(config: Config): Role[] {
  return [
    ...(config.broker.mode === "embedded" ? ["broker" as const] : []),
    ...(config.mic.enabled ? ["mic" as const] : []),
    ...(config.recommender.enabled ? ["recommender" as const] : []),
  ];
}

function createHealth(statistics: () => Readonly<Record<string, number>>): () => Health {
  return () => ({
    time_s: Math.round(Date.now() / 1000),
    uptime_s: Math.round(process.uptime()),
    rss_mb: Math.round(process.memoryUsage.rss() / 1e5) / 10,
    ...statistics(),
  });
}
