import type { Bonjour, Service as Record } from "bonjour-service";
import { z } from "zod";
import { isBaseTopic, isNodeName } from "../contract/names.js";
import { messageOf } from "../errors.js";
import type { Log, Service } from "../lifecycle.js";

/** Where a node can be reached, as it announces itself in the local network. */
export interface AnnouncedNode {
  readonly base: string;
  readonly node: string;
  readonly host: string;
  readonly port: number;
}

/** `_mqtt._tcp`, as other brokers use it; the TXT record says which of them is one of Earshot's. */
const type = "mqtt";
const goodbyeTimeoutMs = 1000;

const txtSchema = z.object({
  earshot: z.string(),
  base: z.string().refine(isBaseTopic),
  node: z.string().refine(isNodeName),
});

/** What DNS calls a host name; what another machine says may be anything. */
const hostPattern = /^[\w.:-]{1,253}$/u;

export interface AnnouncementOptions {
  /** Read at the start, when the port is known. */
  readonly node: () => AnnouncedNode;
  readonly version: string;
  readonly log: Log;
}

/**
 * Creates the service that announces a node in the local network (RFC 6762, RFC 6763) and takes the
 * announcement back at the end. That it cannot is a warning, not an error.
 */
export function createAnnouncement({ node, version, log }: AnnouncementOptions): Service {
  let bonjour: Bonjour | undefined;
  const warn = (error: unknown): void => {
    log.warn({ reason: messageOf(error) }, "the node is not announced in the local network");
  };
  return {
    name: "mdns",
    async start() {
      const { base, node: name, host, port } = node();
      bonjour = await openBonjour(warn);
      const record = bonjour.publish({
        name: `Earshot ${name}`,
        type,
        port,
        host,
        txt: { earshot: version, base, node: name },
      });
      record.on("error", warn);
    },
    async stop() {
      const running = bonjour;
      bonjour = undefined;
      if (running === undefined) return;
      await new Promise<void>((resolve) => {
        // Without a network the goodbye may never be called back.
        const timer = setTimeout(resolve, goodbyeTimeoutMs);
        running.unpublishAll(() => {
          clearTimeout(timer);
          resolve();
        });
      });
      running.destroy();
    },
  };
}

/**
 * Asks the local network for a node.
 *
 * @returns the first that answers, `undefined` when none does in time
 */
export async function findAnnouncedNode(timeoutMs: number): Promise<AnnouncedNode | undefined> {
  // Without a network there is an error instead of an answer; the time limit ends that, too.
  const bonjour = await openBonjour(() => {});
  return await new Promise((resolve) => {
    const finish = (found?: AnnouncedNode): void => {
      clearTimeout(timer);
      browser.stop();
      bonjour.destroy();
      resolve(found);
    };
    const timer = setTimeout(finish, timeoutMs);
    const browser = bonjour.find({ type }, (record) => {
      const found = readRecord(record);
      if (found !== undefined) finish(found);
    });
  });
}

/** Loaded by those who want it: most nodes never do. */
async function openBonjour(onError: (error: unknown) => void): Promise<Bonjour> {
  const { Bonjour } = await import("bonjour-service");
  return new Bonjour({}, onError);
}

function readRecord({ txt, host, port, referer }: Record): AnnouncedNode | undefined {
  const read = txtSchema.safeParse(txt);
  if (!read.success || !Number.isInteger(port) || !hostPattern.test(host)) return undefined;
  // Not every machine can look names up that end in .local; who has answered is known.
  const address = host.endsWith(".local") ? (referer?.address ?? host) : host;
  return { base: read.data.base, node: read.data.node, host: address, port };
}
