import type { Duplex } from "node:stream";
import { Aedes } from "aedes";
import { EarshotError } from "../errors.js";
import type { Log, Service } from "../lifecycle.js";
import {
  type AedesBroker,
  type AedesClient,
  type AedesSettings,
  RefusedError,
} from "./guard/aedes-parts.js";
import { createAllowAll } from "./guard/allow-all.js";
import { deliverOnce } from "./guard/deliver-once.js";
import { createGuard, type Guard } from "./guard/guard.js";
import { DeniedError } from "./guard/hooks.js";
import { defaultGuardLimits, type GuardLimits } from "./guard/limits.js";
import { createDropLog } from "./guard/log-drops.js";
import { type QosOf, raiseQos } from "./guard/raise-qos.js";
import { createPlainListeners } from "./listeners/listeners.js";
import type { Access, Listeners } from "./parts.js";
import { createPersistence, type Persistence } from "./persistence/persistence.js";
import { createStreamPair } from "./stream-pair.js";

/** Where a broker listens. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** The MQTT broker inside this node. */
export interface EmbeddedBroker extends Service {
  /** Where it listens for plain MQTT, with the true port; `undefined` before the start. */
  address(): BrokerAddress | undefined;
  /**
   * A stream on which the node's own client speaks MQTT, without the network and the guard.
   *
   * @param deliveredQos with it what is published there with QoS 0, and not retained, is delivered
   *   with this QoS, as if it had been acknowledged
   */
  openStream(deliveredQos?: QosOf): Duplex;
  /** Numbers for `health`, each with `broker_` before its name. */
  counters(): Readonly<Record<string, number>>;
}

export interface EmbeddedBrokerOptions extends BrokerAddress {
  readonly log: Log;
  /** Without it everybody may do everything: for a broker that only this machine reaches. */
  readonly access?: Access;
  /** Without it plain MQTT on `host` and `port`. */
  readonly listeners?: Listeners;
  /** Without it nothing survives the process. */
  readonly persistence?: Persistence;
  readonly limits?: Partial<GuardLimits>;
  /** Another version of Aedes, for tests. */
  readonly createAedes?: CreateAedes;
}

/** What this file uses of a running Aedes. */
export interface RunningAedes extends AedesBroker {
  close(done: () => void): void;
  on(event: "clientReady", listener: (client: AedesClient) => void): unknown;
  on(
    event: "clientError" | "connectionError",
    listener: (client: AedesClient, error: Error) => void,
  ): unknown;
}

export type CreateAedes = (settings: AedesSettings) => Promise<RunningAedes>;

/** For the node's own client only, which always reads; all others have the guard's own limit. */
const drainTimeoutMs = 1000;
/** Sessions that wait for their end, and wills that wait for their time. */
const maxPendingSessions = 1000;
/** Never reached: the guard's limit comes first. */
const connectTimeoutMs = 60_000;

/** Everything of one run, from start to stop. */
interface Run {
  readonly aedes: RunningAedes;
  readonly guard: Guard;
  /** By the client on a stream that was opened with a rule. */
  readonly qosRules: WeakMap<AedesClient, QosOf>;
}

/**
 * Creates an Aedes broker behind its guard; the only place that knows aedes.
 *
 * @param options `host` and `port` as configured; port 0 takes a free one
 */
export function createEmbeddedBroker(options: EmbeddedBrokerOptions): EmbeddedBroker {
  const listeners = options.listeners ?? createPlainListeners(options);
  const persistence = options.persistence ?? createPersistence({ log: options.log });
  let run: Run | undefined;
  const stop = async (): Promise<void> => {
    const stopping = run;
    run = undefined;
    if (stopping === undefined) return;
    const stopped = listeners.stop();
    await closeBroker(stopping.aedes);
    stopping.guard.stop();
    await stopped;
    await persistence.stop();
  };
  return {
    name: "broker",
    async start() {
      await persistence.start();
      const { guard } = (run = await startGuarded(options, persistence));
      try {
        await listeners.start((stream, peer) => {
          guard.accept(stream, peer);
        });
      } catch (error) {
        await stop();
        throw error;
      }
    },
    stop,
    address() {
      const plain = listeners.addresses().find(({ transport }) => transport === "tcp");
      return plain === undefined ? undefined : { host: plain.host, port: plain.port };
    },
    openStream(deliveredQos) {
      if (run === undefined)
        throw new EarshotError("broker_unavailable", "the broker has not started");
      const [ours, theirs] = createStreamPair();
      const client = run.aedes.handle(theirs);
      deliverOnce(client);
      if (deliveredQos !== undefined) run.qosRules.set(client, deliveredQos);
      return ours;
    },
    counters: () => ({ ...run?.guard.counters, ...persistence.counters() }),
  };
}

/** Makes Aedes and puts the guard around it before anybody can connect. */
async function startGuarded(
  options: EmbeddedBrokerOptions,
  persistence: Persistence,
): Promise<Run> {
  const limits = { ...defaultGuardLimits, ...options.limits };
  const guard = createGuard({
    access: options.access ?? createAllowAll(),
    limits,
    log: options.log,
    persistence,
  });
  const create: CreateAedes = options.createAedes ?? ((settings) => Aedes.createBroker(settings));
  const aedes = await create(settingsOf(guard, limits, persistence));
  try {
    guard.guard(aedes);
  } catch (error) {
    guard.stop();
    await closeBroker(aedes);
    await persistence.stop();
    throw error;
  }
  aedes.on("clientReady", (client) => {
    guard.ready(client);
  });
  logTroubles(aedes, options.log);
  const qosRules = new WeakMap<AedesClient, QosOf>();
  raiseQos(aedes, (client) => qosRules.get(client));
  return { aedes, guard, qosRules };
}

/** Aedes asks the guard; its own limits are set where MQTT 5 tells clients of them in CONNACK. */
function settingsOf(guard: Guard, limits: GuardLimits, persistence: Persistence): AedesSettings {
  const { hooks } = guard;
  return {
    persistence: persistence.aedes,
    sessionExpiryIntervalLimit: persistence.limits.sessionExpirySeconds,
    drainTimeout: drainTimeoutMs,
    connectTimeout: connectTimeoutMs,
    maxClientsIdLength: limits.clientIdBytes,
    maxTopicLevels: limits.topicLevels,
    maximumPacketSize: limits.packetBytes,
    receiveMaximum: limits.receiveMaximum,
    topicAliasMaximum: 0,
    pendingSessionsLimit: maxPendingSessions,
    // oxlint-disable-next-line max-params -- the parameters are Aedes'
    authenticate(client, username, password, done) {
      void answer(hooks.authenticate(client, { username, password }), done);
    },
    authorizePublish(client, packet, done) {
      const refusal = hooks.denyPublish(client, packet.topic) ?? null;
      if (refusal === null && packet.retain) {
        if (hooks.mayStay(packet.topic))
          persistence.attributeRetained(packet, hooks.userOf(client));
        else persistence.leaveUnretained(packet);
      }
      done(refusal);
    },
    authorizeSubscribe(client, subscription, done) {
      done(null, hooks.maySubscribe(client, subscription.topic) ? subscription : null);
    },
    authorizeForward: (client, packet) =>
      !persistence.holdsBack(client.id, packet) && hooks.deliver(client, packet) ? packet : null,
    published({ qos, messageId }, client, done) {
      if (qos === 1 && client !== null && messageId !== undefined)
        guard.published(client, messageId);
      done(null);
    },
  };
}

async function answer(
  deciding: Promise<RefusedError | undefined>,
  done: (refusal: RefusedError | null, isAllowed: boolean) => void,
): Promise<void> {
  const refusal = await deciding;
  done(refusal ?? null, refusal === undefined);
}

function logTroubles(broker: RunningAedes, log: Log): void {
  const logDrop = createDropLog(log, "client dropped");
  const logDenial = createDropLog(log, "message refused");
  const report = (client: AedesClient | null, error: Error): void => {
    // Whoever refused it has said so, with the true reason.
    if (error instanceof RefusedError) return;
    const write = error instanceof DeniedError ? logDenial : logDrop;
    write({ kind: "broker", clientId: client?.id ?? undefined, reason: error.message });
  };
  broker.on("clientError", report);
  broker.on("connectionError", report);
}

function closeBroker(broker: RunningAedes): Promise<void> {
  return new Promise((resolve) => {
    broker.close(resolve);
  });
}
