import { EventEmitter } from "node:events";
import { hostname } from "node:os";
import { Bonjour, type Service, type ServiceConfig } from "bonjour-service";

/** A service of type `_mqtt._tcp` as it is announced (RFC 6763). */
export interface AnnouncedService {
  /** Seen by people in lists; at most 63 bytes. */
  readonly name: string;
  readonly port: number;
  readonly txt: Readonly<Record<string, string>>;
}

/** The same as somebody else has announced it: nothing of it can be trusted. */
export interface FoundService extends Omit<AnnouncedService, "txt"> {
  /** The IP address from which the answer came. */
  readonly address: string;
  readonly txt: Readonly<Record<string, unknown>>;
}

/** Where to speak mDNS; without these on every interface, port 5353. */
export interface MdnsPlace {
  readonly interface?: string;
  readonly bind?: string;
  readonly port?: number;
}

const type = "mqtt";
const goodbyeTimeoutMs = 500;

/**
 * Announces a service until it is stopped; the only place that knows bonjour-service.
 *
 * @param onError gets what goes wrong on the network; without a listener the library would throw it
 * @returns what withdraws the announcement with a goodbye
 */
export function announceService(
  service: AnnouncedService,
  onError: (error: unknown) => void,
  place: MdnsPlace = {},
): () => Promise<void> {
  const bonjour = open(place, onError);
  const host = `${hostname().split(".")[0] ?? "earshot"}.local`;
  // Without a probe: the library prints a conflict on standard output. The name holds the host's,
  // which mDNS keeps unique.
  const config = { ...service, txt: { ...service.txt }, type, host, probe: false };
  bonjour.publish(config);
  return () => withdraw(bonjour);
}

/**
 * Collects services of `_mqtt._tcp`.
 *
 * @param isWanted when one is found that is wanted, the search ends soon after it
 */
export async function findServices(
  options: {
    readonly timeoutMs: number;
    /** How long more are awaited after the first that is wanted. */
    readonly settleMs: number;
    readonly isWanted: (service: FoundService) => boolean;
  },
  place: MdnsPlace = {},
): Promise<readonly FoundService[]> {
  const found: FoundService[] = [];
  await new Promise<void>((resolve) => {
    const bonjour = open(place, () => {
      end();
    });
    let timer = setTimeout(() => {
      end();
    }, options.timeoutMs);
    const end = (): void => {
      clearTimeout(timer);
      browser.stop();
      bonjour.destroy();
      resolve();
    };
    const browser = bonjour.find({ type }, (given) => {
      const service = readService(given);
      if (service === undefined || !options.isWanted(service)) return;
      found.push(service);
      if (found.length > 1) return;
      clearTimeout(timer);
      timer = setTimeout(end, options.settleMs);
    });
  });
  return found;
}

function open(place: MdnsPlace, onError: (error: unknown) => void): Bonjour {
  const options: Partial<ServiceConfig> & MdnsPlace = place;
  const bonjour = new Bonjour(options, onError);
  // It hands on errors of answering; those of the socket would be thrown.
  const server: unknown = Reflect.get(bonjour, "server");
  const mdns: unknown =
    typeof server === "object" && server !== null ? Reflect.get(server, "mdns") : undefined;
  if (mdns instanceof EventEmitter) mdns.on("error", onError);
  return bonjour;
}

function readService({ name, port, txt, referer }: Service): FoundService | undefined {
  if (referer === undefined) return undefined;
  const isTable = typeof txt === "object" && txt !== null;
  return { name, port, txt: isTable ? { ...txt } : {}, address: referer.address };
}

/** A goodbye that cannot be sent, as on a network that is down, holds nobody up. */
function withdraw(bonjour: Bonjour): Promise<void> {
  return new Promise((resolve) => {
    let isDone = false;
    const finish = (): void => {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      bonjour.destroy(resolve);
    };
    const timer = setTimeout(finish, goodbyeTimeoutMs);
    bonjour.unpublishAll(finish);
  });
}
