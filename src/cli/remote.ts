import { randomUUID } from "node:crypto";
import { type Connection, type IncomingMessage, type Route } from "../bus/connection.js";
import { isSignInRefusal } from "../bus/connect-hint.js";
import { addressOfUrl, createExternalRoute } from "../bus/external-route.js";
import { createConnector, type VersionSetting } from "../bus/negotiate.js";
import type { LoadedConfig } from "../config/load.js";
import type { Config } from "../config/schema.js";
import { EarshotError, messageOf } from "../errors.js";
import { hostAndPort } from "../host-and-port.js";
import { isClientName } from "../contract/names.js";
import type { FoundNode } from "../mdns/find-nodes.js";
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
  /** What this command calls itself in the topics of requests and replies. */
  readonly client: string;
}

/** What happens on the connection, until it is ended. */
export interface RemoteEvents {
  readonly onMessage: (message: IncomingMessage) => void;
  readonly onClose?: () => void;
}

const connectTimeoutMs = 5000;

/** One place where the node may be. */
interface Candidate {
  readonly route: Route;
  readonly version: VersionSetting;
  readonly base: string;
  readonly node: string;
  readonly where: string;
}

/** The end of a connection that nobody asked for, told to a person. */
export function brokerGone({ where }: Pick<Remote, "where">): EarshotError {
  return new EarshotError(
    "broker_unavailable",
    `the broker at ${where} has gone; when it is back (earshot start), run this again`,
  );
}

/** Looks for nodes on the network. */
export type FindNodes = () => Promise<readonly FoundNode[]>;

/**
 * Finds the node without being told where it is: the external broker when one is configured, else
 * `broker.host` and `broker.port` when somebody has set them, else the node that runs out of the
 * same data folder, else the default address, else the one that `findElsewhere` finds.
 *
 * @param findElsewhere without it only this machine and the configured broker are tried
 * @throws EarshotError `broker_unavailable` naming every address that was tried, or the nodes among
 *   which it cannot choose
 */
export async function connectToNode(
  loaded: LoadedConfig,
  events: RemoteEvents,
  findElsewhere?: FindNodes,
): Promise<Remote> {
  const failures: string[] = [];
  let cause: unknown;
  const tryEach = async (candidates: readonly Candidate[]): Promise<Remote | undefined> => {
    for (const { route, version, ...place } of candidates) {
      const names = nameClient(route);
      try {
        const connection = await createConnector(version)({
          clientId: names.clientId,
          timeoutMs: connectTimeoutMs,
          onClose: () => {},
          ...events,
          route,
        });
        return { connection, client: names.client, ...place };
      } catch (error) {
        failures.push(`${place.where} (${messageOf(error)})`);
        cause = error;
      }
    }
    return undefined;
  };
  const near = await tryEach(await listCandidates(loaded));
  if (near !== undefined) return near;
  const isPlaced = loaded.config.broker.mode === "external" || isAddressSet(loaded);
  if (findElsewhere !== undefined && !isPlaced) {
    const far = await tryEach(chooseFound(await findElsewhere(), loaded));
    if (far !== undefined) return far;
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

/** A user who may only ask must be called as it is, with whatever follows a hyphen. */
function nameClient(route: Route): { readonly client: string; readonly clientId: string } {
  const random = `cli-${randomUUID().slice(0, 8)}`;
  const username = route.kind === "url" ? (route.username ?? "") : "";
  const own = `${username}-${random}`;
  const isOwn = username !== "" && isClientName(own);
  return isOwn ? { client: own, clientId: own } : { client: random, clientId: `earshot-${random}` };
}

async function listCandidates(loaded: LoadedConfig): Promise<readonly Candidate[]> {
  const { config } = loaded;
  const { broker, mqtt, data } = config;
  const host = reachable(broker.host);
  const configured = { base: mqtt.baseTopic, node: config.node.id };
  if (broker.mode === "external") {
    const route = await createExternalRoute(mqtt);
    return [{ ...configured, route, version: mqtt.version, where: placeOf(mqtt.url) }];
  }
  const note = isAddressSet(loaded) ? undefined : await readNodeFile(data.dir);
  const noted = note === undefined ? [] : [await followNote(note, config)];
  // Set by hand the base wins over the note's.
  const found = isSet(loaded, "mqtt.baseTopic")
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

function isSet({ sources }: LoadedConfig, key: string): boolean {
  return (sources.get(key) ?? "default") !== "default";
}

/** Whether somebody has said where the broker is. */
function isAddressSet(loaded: LoadedConfig): boolean {
  const { port } = loaded.config.broker;
  return port !== 0 && (isSet(loaded, "broker.host") || isSet(loaded, "broker.port"));
}

/**
 * The node among those found that is meant: the one of the name that is configured, or the only one.
 * Anybody can announce a broker to collect passwords, so that ours goes there only with
 * `mdns.enabled`.
 */
function chooseFound(found: readonly FoundNode[], loaded: LoadedConfig): readonly Candidate[] {
  const { mqtt, mdns, node } = loaded.config;
  const isMeant = isSet(loaded, "node.id")
    ? ({ node: name }: FoundNode): boolean => name === node.id
    : (): boolean => true;
  const meant = found.filter(isMeant);
  if (meant.length > 1) {
    const names = meant.map((one) => `${one.node} at ${hostAndPort(one)}`);
    throw new EarshotError(
      "broker_unavailable",
      `there are several nodes on the network: ${names.join(", ")}; name one: --node.id NAME`,
    );
  }
  const { username, password } = mqtt;
  const signIn = mdns.enabled && username !== "" ? { username, password } : undefined;
  return meant.map(({ base, node: name, ...address }) => ({
    base,
    node: name,
    ...locate(address, signIn),
  }));
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
  address: NodeFile["broker"],
  signIn: SignIn | undefined,
): Pick<Candidate, "route" | "version" | "where"> {
  const url = `mqtt://${hostAndPort(address)}`;
  return { route: { kind: "url", url, ...signIn }, version: "auto", where: placeOf(url) };
}

function placeOf(url: string): string {
  return hostAndPort(addressOfUrl(url));
}
