import { randomUUID } from "node:crypto";
import { type Connection, connectToBroker, type IncomingMessage } from "../bus/connection.js";
import { addressOfUrl, createExternalRoute } from "../bus/external-route.js";
import { createConnector } from "../bus/negotiate.js";
import type { Config } from "../config/schema.js";
import { EarshotError, messageOf } from "../errors.js";
import { readNodeFile } from "../node-file.js";

/** A broker that a command on the terminal has connected to. */
export interface Remote {
  readonly connection: Connection;
  /** The base topic of the node that was found. */
  readonly base: string;
  /** The node that runs on this machine, or the configured one. */
  readonly node: string;
  /** Where the broker is, for messages to people. */
  readonly where: string;
}

/** What happens on the connection, until it is ended. */
export interface RemoteEvents {
  readonly onMessage: (message: IncomingMessage) => void;
  readonly onClose?: () => void;
}

const connectTimeoutMs = 5000;

/**
 * Finds the node without being told where it is: the external broker when one is configured, else
 * the node that runs out of the same data folder, else the configured address.
 *
 * @throws EarshotError `broker_unavailable` naming every address that was tried
 */
export async function connectToNode(config: Config, events: RemoteEvents): Promise<Remote> {
  const settings = {
    clientId: `earshot-cli-${randomUUID().slice(0, 8)}`,
    timeoutMs: connectTimeoutMs,
    onClose: () => {},
    ...events,
  };
  const configured = { base: config.mqtt.baseTopic, node: config.node.id };
  if (config.broker.mode === "external") {
    const connect = createConnector(config.mqtt.version);
    const route = await createExternalRoute(config.mqtt);
    const { host, port } = addressOfUrl(config.mqtt.url);
    const connection = await reach(connect({ ...settings, route }), `${host}:${port}`);
    return { connection, ...configured, where: `${host}:${port}` };
  }
  const running = await readNodeFile(config.data.dir);
  const address = running?.broker ?? config.broker;
  const where = `${address.host}:${address.port}`;
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  const connection = await reach(
    connectToBroker({
      ...settings,
      version: 5,
      route: { kind: "url", url: `mqtt://${host}:${address.port}` },
    }),
    where,
  );
  const { base, node } = running ?? configured;
  return { connection, base, node, where };
}

async function reach(connecting: Promise<Connection>, where: string): Promise<Connection> {
  try {
    return await connecting;
  } catch (cause) {
    throw new EarshotError(
      "broker_unavailable",
      `no node can be reached at ${where} (${messageOf(cause)}); start one with: earshot start`,
      { cause },
    );
  }
}
