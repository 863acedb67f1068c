import type { FormerTopics } from "./bridge/former.js";
import type { Config } from "./config/schema.js";
import { type NodeAddress, nodeTopics } from "./contract/topics.js";
import { openAnnouncedFile } from "./home-assistant/announced-file.js";
import { discoveryTopic } from "./home-assistant/device.js";
import type { Log } from "./lifecycle.js";
import { readNames } from "./presence/former-names.js";
import { readClaim } from "./presence/name-claim.js";

/** What this node has left on its own broker under former names, until it has been dealt with. */
export interface LeftTopics extends FormerTopics {
  /** The clearing is through with a name. */
  forgetName(name: NodeAddress): void;
  /** The clearing is through with these topics of Home Assistant's discovery. */
  forgetDevices(topics: readonly string[]): void;
}

/** The state of a former name, or one device of Home Assistant. */
interface Left {
  readonly owner: NodeAddress;
  readonly device?: string;
}

/**
 * Finds what this node has left on its own broker under former names: state, and devices of Home
 * Assistant. Over a bridge it must not go: upstream such a name may be somebody else's by now, above
 * all the one that this node has made room for. Without a bridge there is nothing to find.
 *
 * A name is former no more when the clearing is through with it, or a live node of the own broker
 * has it: one that holds it or has it already asks on its `claim`, or publishes what is not retained.
 */
export async function findFormerTopics(config: Config, log: Log): Promise<LeftTopics> {
  const address = { base: config.mqtt.baseTopic, node: config.node.id };
  const left = new Set(config.bridge.url === "" ? [] : await readLeft(config, { address, log }));
  const forget = (isGone: (one: Left) => boolean): void => {
    for (const one of left) if (isGone(one)) left.delete(one);
  };
  const isOver = (topic: string, { owner, device }: Left): boolean =>
    device === undefined ? topic.startsWith(rootOf(owner)) : topic === device;
  return {
    has: (topic) => left.size > 0 && [...left].some((one) => isOver(topic, one)),
    hear(message) {
      if (left.size === 0 || message.retain) return false;
      const owner = [...left]
        .map((one) => one.owner)
        .find((one) => !isSame(one, address) && message.topic.startsWith(rootOf(one)));
      if (owner === undefined || !isOfLiveNode(owner, message)) return false;
      forget((one) => isSame(one.owner, owner));
      log.info({ ...owner }, "a live node has a former name of this one: the bridge takes it up");
      return true;
    },
    forgetName: (name) => forget((one) => one.device === undefined && isSame(one.owner, name)),
    forgetDevices: (topics) =>
      forget(({ device }) => device !== undefined && topics.includes(device)),
  };
}

async function readLeft(
  config: Config,
  { address, log }: { readonly address: NodeAddress; readonly log: Log },
): Promise<readonly Left[]> {
  const names = await readNames(config.data.dir);
  const announced = await openAnnouncedFile(config.data.dir, log).load();
  const own = discoveryTopic(config.homeAssistant.prefix, address);
  return [
    ...names.filter((name) => !isSame(name, address)).map((owner) => ({ owner })),
    ...announced
      .filter(({ topic }) => topic !== own)
      .map(({ topic, base, node }) => ({ owner: { base, node }, device: topic })),
  ];
}

/** Whoever clears a name, this node too, asks for it as well, but has not started under it. */
function isOfLiveNode(owner: NodeAddress, message: Parameters<FormerTopics["hear"]>[0]): boolean {
  if (message.topic !== nodeTopics(owner).claim.topic) return true;
  const claim = readClaim(owner, message);
  return claim?.state === "holds" || claim?.started_at !== undefined;
}

function rootOf({ base, node }: NodeAddress): string {
  return `${base}/${node}/`;
}

function isSame(a: NodeAddress, b: NodeAddress): boolean {
  return a.base === b.base && a.node === b.node;
}
