import { isIP } from "node:net";
import { isBaseTopic, isNodeName } from "../contract/names.js";
import type { NodeAddress } from "../contract/topics.js";
import { type FoundService, findServices, type MdnsPlace } from "./bonjour.js";

/** A node that has announced itself on the network. */
export interface FoundNode extends NodeAddress {
  readonly host: string;
  readonly port: number;
}

const timeoutMs = 1500;
const settleMs = 300;

/** Asks the network by mDNS for nodes: up to one and a half seconds, less when one answers. */
export async function findNodes(place?: MdnsPlace): Promise<readonly FoundNode[]> {
  const isWanted = (service: FoundService): boolean => readNode(service) !== undefined;
  const services = await findServices({ timeoutMs, settleMs, isWanted }, place);
  return services.flatMap((service) => readNode(service) ?? []);
}

/** Reads a node off what anybody may have announced; `undefined` when it is none of Earshot's. */
export function readNode({ address, port, txt }: FoundService): FoundNode | undefined {
  const { base, node } = txt;
  const isPort = Number.isInteger(port) && port > 0 && port <= 65_535;
  if (!isPort || isIP(address) === 0) return undefined;
  if (typeof base !== "string" || !isBaseTopic(base)) return undefined;
  if (typeof node !== "string" || !isNodeName(node)) return undefined;
  return { base, node, host: address, port };
}
