import { randomUUID } from "node:crypto";
import { type Connection, type IncomingMessage, type Route } from "../bus/connection.js";
import { isSignInRefusal } from "../bus/connect-hint.js";
import { addressOfUrl, createExternalRoute } from "../bus/external-route.js";
import { createConnector, type VersionSetting } from "../bus/negotiate.js";
import type { LoadedConfig } from "../config/load.js";
import type { Config } from "../config/schema.js";
import { EarshotError, messageOf } from "../errors.js";
import { type NodeFile, readNodeFile } from "../node-file.js";
import { chooseSignIn, type SignIn } from "./sign-in.js";

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
/** Long enough for an answer over Wi-Fi, short enough for somebody who has no node. */
const findTimeoutMs = 1000;

/** One place where the node may be. */
interface Candidate {
  readonly route: Route;
  readonly version: VersionSetting;
  readonly base: string;
  readonly node: string;
  readonly where: string;
}

/**
 * Finds the node without being told where it is: the external broker when one is configured, else
 * `broker.host` and `broker.port` when somebody has set them, else the node that runs out of the
 * same data folder, else the default address, else a node that announces itself in the local
 * network (`mdns.enabled`).
 *
 * @throws EarshotError `broker_unavailable` naming every address that was tried
 */
export async function connectToNode(loaded: LoadedConfig, events: RemoteEvents): Promise<Remote> {
  const failures: string[] = [];
  let cause: unknown;
  for await (const { route, version, ...place } of listPlaces(loaded)) {
    try {
      const connection = await createConnector(version)({
        clientId: `earshot-cli-${randomUUID().slice(0, 8)}`,
        timeoutMs: connectTimeoutMs,
        onClose: () => {},
        ...events,
        route,
      });
      return { connection, ...place };
    } catch (error) {
      failures.push(`${place.where} (${messageOf(error)})`);
      cause = error;
    }
  }
  const isRefused = cause instanceof EarshotError && isSignInRefusal(cause.cause);
  const hint = isRefused
    ? "the broker asks for a user: run this as the account that runs the node (sudo -u), or give one"
    : "start one with: earshot start";
  throw new EarshotError(
    "broker_unavailable",
    `no node can be reached at ${failures.join(", nor at ")}; ${hint}`,
    { cause },
  );
}

/** What is known, and after that whatever the local network knows, unless a place was named. */
async function* listPlaces(loaded: LoadedConfig): AsyncGenerator<Candidate> {
  yield* await listCandidates(loaded);
  const named = ["broker.host", "broker.port", "broker.mode", "mqtt.url"];
  if (named.some((key) => (loaded.sources.get(key) ?? "default") !== "default")) return;
  const { findAnnouncedNode } = await import("../mdns/mdns.js");
  const found = await findAnnouncedNode(findTimeoutMs);
  if (found !== undefined) {
    // A user and a password of ours are not for whoever announces itself.
    yield { base: found.base, node: found.node, ...locate(found, undefined) };
  }
}

async function listCandidates({ config, sources }: LoadedConfig): Promise<readonly Candidate[]> {
  const { broker, mqtt, data } = config;
  const host = reachable(broker.host);
  const configured = { base: mqtt.baseTopic, node: config.node.id };
  if (broker.mode === "external") {
    const route = await createExternalRoute(mqtt);
    return [{ ...configured, route, version: mqtt.version, where: placeOf(mqtt.url) }];
  }
  const isSet = (key: string): boolean => (sources.get(key) ?? "default") !== "default";
  const isAddressSet = broker.port !== 0 && (isSet("broker.host") || isSet("broker.port"));
  const note = isAddressSet ? undefined : await readNodeFile(data.dir);
  const noted = note === undefined ? [] : [await followNote(note, config)];
  // Set by hand the base wins over the note's.
  const found = isSet("mqtt.baseTopic")
    ? noted.map((candidate) => ({ ...candidate, base: mqtt.baseTopic }))
    : noted;
  // As an address port 0 means 1883 to a client, where somebody else may be.
  const signIn = await chooseSignIn(config, host);
  const usual =
    broker.port === 0 ? [] : [{ ...configured, ...locate({ ...broker, host }, signIn) }];
  const candidates = [...found, ...usual.filter(({ where }) => where !== found[0]?.where)];
  if (candidates.length > 0) return candidates;
  throw new EarshotError(
    "broker_unavailable",
    `broker.port is 0, so the port is known only while a node runs out of ${data.dir}, and none ` +
      "does; start one with: earshot start, or name the port: --broker.port",
  );
}

async function followNote({ base, node, broker }: NodeFile, config: Config): Promise<Candidate> {
  if (broker.url === undefined) {
    const address = { ...broker, host: reachable(broker.host) };
    return { base, node, ...locate(address, await chooseSignIn(config, undefined)) };
  }
  const route = await createExternalRoute({ ...config.mqtt, url: broker.url });
  return { base, node, route, version: config.mqtt.version, where: placeOf(broker.url) };
}

/** A broker that listens on every address of this machine is reached by the nearest one. */
function reachable(host: string): string {
  return { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
}

function locate(
  { host, port }: NodeFile["broker"],
  signIn: SignIn | undefined,
): Pick<Candidate, "route" | "version" | "where"> {
  const name = host.includes(":") ? `[${host}]` : host;
  const url = `mqtt://${name}:${port}`;
  return { route: { kind: "url", url, ...signIn }, version: "auto", where: placeOf(url) };
}

function placeOf(url: string): string {
  const { host, port } = addressOfUrl(url);
  return `${host}:${port}`;
}
