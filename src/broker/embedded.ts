import { createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Aedes } from "aedes";
import { EarshotError, messageOf } from "../errors.js";
import type { Log, Service } from "../lifecycle.js";
import { createLogThrottle } from "../log-throttle.js";
import { findPortOwner } from "./port-owner.js";
import { createStreamPair } from "./stream-pair.js";

/** Where a broker listens. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

/** The MQTT broker inside this node. */
export interface EmbeddedBroker extends Service {
  /** Where it listens, with the true port; `undefined` before the start. */
  address(): BrokerAddress | undefined;
  /** A stream on which the node's own client speaks MQTT, without the network in between. */
  openStream(): Duplex;
}

/**
 * A subscriber that stops reading is dropped after this time. Until then Aedes holds up whoever
 * publishes to it, and that is the node's own client with the replies for everybody.
 */
const drainTimeoutMs = 1000;
/** How long a new connection may take to send its CONNECT. */
const connectTimeoutMs = 10_000;
const maxConnections = 1000;
/** So many characters of a client's name, and of what it did wrong, get into the log. */
const maxLoggedName = 64;
const maxLoggedReason = 200;

/**
 * Creates an Aedes broker on TCP; the only place that knows aedes.
 *
 * @param options `host` and `port` as configured; port 0 takes a free one
 */
export function createEmbeddedBroker(
  options: BrokerAddress & { readonly log: Log },
): EmbeddedBroker {
  let aedes: Aedes | undefined;
  let server: Server | undefined;
  return {
    name: "broker",
    async start() {
      const broker = await Aedes.createBroker({
        drainTimeout: drainTimeoutMs,
        connectTimeout: connectTimeoutMs,
        authorizePublish: (_client, packet, done) => {
          done(refusePublish(packet.topic));
        },
      });
      aedes = broker;
      logTroubles(broker, options.log);
      server = createServer({ noDelay: true }, (socket: Socket) => {
        broker.handle(socket);
      });
      server.maxConnections = maxConnections;
      try {
        await listen(server, options);
      } catch (error) {
        await closeBroker(broker, undefined);
        aedes = undefined;
        server = undefined;
        throw error;
      }
    },
    async stop() {
      const broker = aedes;
      const listening = server;
      aedes = undefined;
      server = undefined;
      if (broker !== undefined) await closeBroker(broker, listening);
    },
    address() {
      const bound = server?.address();
      return typeof bound === "object" && bound !== null
        ? { host: options.host, port: bound.port }
        : undefined;
    },
    openStream() {
      if (aedes === undefined)
        throw new EarshotError("broker_unavailable", "the broker has not started");
      const [ours, theirs] = createStreamPair();
      aedes.handle(theirs);
      return ours;
    },
  };
}

async function listen(server: Server, { host, port }: BrokerAddress): Promise<void> {
  const listening = new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, resolve);
  });
  try {
    await listening;
  } catch (cause) {
    throw explainListenError(cause, { host, port });
  }
}

function explainListenError(cause: unknown, { host, port }: BrokerAddress): EarshotError {
  const code: unknown = cause instanceof Error ? Reflect.get(cause, "code") : undefined;
  if (code === "EADDRINUSE") {
    const owner = findPortOwner(port) ?? "another program (it may be Mosquitto)";
    return new EarshotError(
      "port_taken",
      `port ${port} is already taken by ${owner}. Either give Earshot another port ` +
        `(broker.port, for instance --broker.port ${port + 1}), or let it use the broker that is ` +
        `there (broker.mode: external with mqtt.url: mqtt://127.0.0.1:${port})`,
      { cause },
    );
  }
  const hint =
    code === "EACCES" ? "; ports below 1024 need root, choose a higher one" : "; check broker.host";
  return new EarshotError(
    "bad_config",
    `the broker cannot listen on ${host}:${port}: ${messageOf(cause)}${hint}`,
    { cause },
  );
}

/**
 * Refuses what no client may publish. A custom `authorizePublish` replaces Aedes' own guard of
 * `$SYS`; control characters are forbidden by [MQTT-1.5.4-2] and Aedes lets them pass.
 */
function refusePublish(topic: string): Error | null {
  if (topic.startsWith("$")) return new Error("clients may not publish below $");
  if (/\p{Cc}/u.test(topic)) return new Error("the topic holds a control character");
  return null;
}

/** Any program can connect in a loop, and call itself what it likes. */
function logTroubles(broker: Aedes, log: Log): void {
  const throttle = createLogThrottle();
  const report = (client: { readonly id: string | null } | null, error: Error): void => {
    throttle.run((heldBack) => {
      const id = client?.id ?? undefined;
      const name = id === undefined ? undefined : clean(id, maxLoggedName);
      const reason = clean(error.message, maxLoggedReason);
      log.warn({ client: name, reason, heldBack }, "client dropped");
    });
  };
  broker.on("clientError", report);
  broker.on("connectionError", report);
}

/** Control characters and bidirectional overrides would rewrite the terminal that shows the log. */
function clean(text: string, maxLength: number): string {
  const start = text.slice(0, maxLength);
  return start.replaceAll(/[\p{Cc}\p{Cs}\u{2028}-\u{202E}\u{2066}-\u{2069}]/gu, "·");
}

/** `server.close()` waits for every client, and `aedes.close()` lets them go: both, then await. */
async function closeBroker(broker: Aedes, server: Server | undefined): Promise<void> {
  const serverClosed = new Promise<void>((resolve) => {
    if (server?.listening === true) {
      server.close(() => {
        resolve();
      });
    } else resolve();
  });
  const brokerClosed = new Promise<void>((resolve) => {
    broker.close(() => {
      resolve();
    });
  });
  await Promise.all([serverClosed, brokerClosed]);
}
