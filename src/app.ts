import { randomUUID } from "node:crypto";
import { createAskService } from "./ask/ask-service.js";
import { openBridge } from "./bridge/open-bridge.js";
import type { EmbeddedBroker } from "./broker/embedded.js";
import { type NodeBroker, openNodeBroker } from "./broker/node-broker.js";
import { createBus } from "./bus/bus.js";
import type { Route } from "./bus/connection.js";
import { createExternalRoute } from "./bus/external-route.js";
import { createConnector } from "./bus/negotiate.js";
import { createSideLine, type SideLine } from "./bus/side-line.js";
import type { Catalogue } from "./catalogue/catalogue.js";
import { createCatalogueService } from "./catalogue/catalogue-service.js";
import { systemClock } from "./clock.js";
import type { Config } from "./config/schema.js";
import type { Info } from "./contract/state.js";
import { nodeTopics } from "./contract/topics.js";
import { messageOf } from "./errors.js";
import { findFormerTopics } from "./former-topics.js";
import { createHomeAssistant } from "./home-assistant/home-assistant.js";
import { type Log, type Service, startServices } from "./lifecycle.js";
import { createLiveSongs } from "./live-songs.js";
import { createAnnouncer } from "./mdns/announcer.js";
import { createMicService } from "./mic/mic-service.js";
import { createNodeFile } from "./node-file.js";
import { lockDataDir } from "./node-lock.js";
import { chooseName } from "./presence/choose-name.js";
import { createClearing } from "./presence/clearing.js";
import { createFormerNames } from "./presence/former-names.js";
import { createNameAtBroker } from "./presence/name-at-broker.js";
import { createNameHolder } from "./presence/name-holder.js";
import { createPresence } from "./presence/presence.js";
import { programVersion } from "./program.js";
import { createRecommender } from "./recommender/recommender.js";
import type { SongSource } from "./recommender/song-source.js";
import { brokerCounters, createHealth, createInfo, describeBroker } from "./self-description.js";
import { makeFolder } from "./storage/make-folder.js";

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
 * @throws EarshotError `bad_config`, `data_in_use`, `port_taken`, `broker_unavailable`; what had started by then
 *   has been stopped
 */
export async function startApp(options: AppOptions): Promise<RunningApp> {
  const { dir } = options.config.data;
  await makeFolder(dir);
  const lock = await lockDataDir(dir, options.log);
  try {
    const running = await startComposed(options);
    return {
      info: () => running.info(),
      async stop() {
        await running.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function startComposed(options: AppOptions): Promise<RunningApp> {
  const app = await composeApp(options);
  try {
    const running = await startServices(app.services, { log: options.log, stopTimeoutMs });
    return { info: () => app.info(), stop: () => running.stop() };
  } finally {
    await app.releaseName();
  }
}

/** Makes every part and hands each what it needs; nothing runs yet. */
async function composeApp({ config: configured, log }: AppOptions) {
  // The broker is told the configured name: nobody else can have it where nobody else is yet.
  const ownBroker = await openBroker({ config: configured, log });
  const broker = ownBroker?.broker;
  const route = await createRoute(configured, broker);
  const connect = createConnector(broker === undefined ? configured.mqtt.version : "5");
  const line = createSideLine(connect, route);
  const run = { instance: randomUUID(), startedAt: new Date().toISOString() };
  const name = await claimNodeName(configured, { line, log, ...run });
  const config = { ...configured, node: { ...configured.node, id: name.node } };
  const address = { base: config.mqtt.baseTopic, node: config.node.id };
  const topics = nodeTopics(address);
  const bridgeLog = log.child({ module: "bridge" });
  const former = await findFormerTopics(config, bridgeLog);
  const bridge = await openBridge({
    config,
    topics,
    broker,
    former,
    name: createNameAtBroker({ address, ...run, log: bridgeLog }),
    onUp: () => {
      formerNames.connected();
      homeAssistant.connected();
    },
    log: bridgeLog,
  });
  // One id for the whole run: at a reconnect the broker then ends a session that it still believes
  // in at once, and not later, when its last will would overwrite the new `online`.
  const clientId = `earshot-${config.node.id}-${randomUUID().slice(0, 8)}`;
  const bus = createBus({
    log: log.child({ module: "bus" }),
    retryFirstConnect: broker === undefined,
    // Which version of MQTT it speaks is a part of `info`.
    onConnect: () => {
      presence.announce();
      nameHolder.connected();
      formerNames.connected();
      homeAssistant.connected();
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
    onChange: () => {
      presence.announce();
    },
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
  const presenceLog = log.child({ module: "presence" });
  const nameHolder = createNameHolder({ bus, address, ...run, log: presenceLog });
  const clear = createClearing(line, bridge?.sideLine);
  /** Not before the bridge has seen what clears it: that must not go up. */
  const forget = async (forgetIt: () => void): Promise<void> => {
    try {
      await bridge?.catchUp();
      forgetIt();
    } catch (error) {
      log.debug({ reason: messageOf(error) }, "the bridge goes on keeping back a former name");
    }
  };
  const formerNames = createFormerNames({
    clear,
    onForgotten: (name) => forget(() => former.forgetName(name)),
    address,
    dataDir: config.data.dir,
    log: presenceLog,
  });
  const homeAssistant = createHomeAssistant({
    clear,
    onForgotten: (gone) => forget(() => former.forgetDevices(gone)),
    bus,
    config: config.homeAssistant,
    node: {
      address,
      version: programVersion,
      micMode: config.mic.enabled ? config.mic.mode : undefined,
      hasRecommender: config.recommender.enabled,
      configurationUrl: config.homeAssistant.configurationUrl || undefined,
    },
    isSharedBroker: broker === undefined || bridge !== undefined,
    dataDir: config.data.dir,
    log: log.child({ module: "home assistant" }),
    clock: systemClock,
    resend: () => bus.resend(),
  });
  const info = createInfo(config, {
    ...run,
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
      ...(config.recommender.enabled ? catalogue.statistics() : {}),
      ...recommender.statistics(),
      ...(config.mic.enabled ? mic.statistics() : {}),
      ...brokerCounters(broker),
      ...bridge?.statistics(),
    })),
    log: presenceLog,
  });
  const url = broker === undefined ? { url: config.mqtt.url } : {};
  const nodeFile = createNodeFile(config.data.dir, () => ({
    ...address,
    broker: { ...info().broker, ...url },
  }));
  const services: readonly Service[] = [
    ...(ownBroker?.services ?? []),
    // Before all that publishes, so that it stops after it: the node's `offline` still goes up.
    ...(bridge === undefined ? [] : [bridge]),
    bus,
    nameHolder,
    // What clients send is subscribed to before they are let in. Other nodes must be in to be asked
    // for their names, and a large catalogue keeps nobody waiting.
    ...(config.recommender.enabled ? [recommender] : []),
    ...(config.mic.enabled ? [ask, mic.settings] : []),
    ...(ownBroker === undefined ? [] : [ownBroker.admission]),
    formerNames,
    homeAssistant,
    ...(config.recommender.enabled ? [catalogue] : []),
    ...(config.mic.enabled ? [mic] : []),
    nodeFile,
    ...(config.mdns.enabled
      ? [
          createAnnouncer({
            address,
            broker: () => broker?.address(),
            log: log.child({ module: "mdns" }),
          }),
        ]
      : []),
    presence,
  ];
  return { services, info, releaseName: () => name.release() };
}

/** Nobody else can be on an embedded broker that has not started. */
async function claimNodeName(
  config: Config,
  context: {
    readonly line: SideLine;
    readonly log: AppOptions["log"];
    readonly instance: string;
  },
) {
  const { id, onCollision } = config.node;
  if (config.broker.mode === "embedded") return { node: id, release: async () => {} };
  return await chooseName({
    openLine: context.line.open,
    address: { base: config.mqtt.baseTopic, node: id },
    instance: context.instance,
    onCollision,
    log: context.log.child({ module: "presence" }),
  });
}

async function openBroker({ config, log }: AppOptions): Promise<NodeBroker | undefined> {
  if (config.broker.mode === "external") return undefined;
  const address = { base: config.mqtt.baseTopic, node: config.node.id };
  return await openNodeBroker({ config, address, log: log.child({ module: "broker" }) });
}

async function createRoute(config: Config, broker: EmbeddedBroker | undefined): Promise<Route> {
  if (broker === undefined) return await createExternalRoute(config.mqtt);
  // The one topic that is meant to go out with QoS 0, and is not retained.
  const { micLevel } = nodeTopics({ base: config.mqtt.baseTopic, node: config.node.id });
  const deliveredQos = (topic: string): 0 | 1 => (topic === micLevel.topic ? micLevel.qos : 1);
  return { kind: "stream", open: () => broker.openStream(deliveredQos), raisesQos: true };
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
