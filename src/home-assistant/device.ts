import { createHash } from "node:crypto";
import type { NodeAddress } from "../contract/topics.js";

/** The base topic whose nodes need nothing in their device's name to be told apart. */
const usualBase = "earshot";

/**
 * The id of a node's device in Home Assistant, out of `[a-zA-Z0-9_-]` as a discovery topic wants
 * it. Nodes of one name under two bases are two devices.
 */
export function deviceId({ base, node }: NodeAddress): string {
  if (base === usualBase) return `earshot_${node}`;
  const mark = createHash("sha256").update(base).digest("hex").slice(0, 6);
  return `earshot_${node}_${mark}`;
}

/** `<prefix>/device/<id>/config`, the topic of device discovery. */
export function discoveryTopic(prefix: string, address: NodeAddress): string {
  return `${prefix}/device/${deviceId(address)}/config`;
}

/** The name of an entity that Home Assistant takes when it sees it for the first time. */
export function entityId(options: {
  readonly platform: string;
  readonly node: string;
  readonly key: string;
}): string {
  const { platform, node, key } = options;
  // Home Assistant allows single underscores between words and nothing else.
  const slug = `earshot_${node}_${key}`.replaceAll(/[_-]+/gu, "_").replaceAll(/^_+|_+$/gu, "");
  return `${platform}.${slug}`;
}
