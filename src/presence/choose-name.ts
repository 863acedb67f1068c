import type { Claim } from "../contract/state.js";
import type { NodeAddress } from "../contract/topics.js";
import { EarshotError, messageOf } from "../errors.js";
import type { Log } from "../lifecycle.js";
import { claimName, type NameClaim, type OpenLine } from "./name-claim.js";

export interface ChosenName {
  readonly node: string;
  /** To be called once the node answers for its name by itself. */
  readonly release: () => Promise<void>;
}

export interface ChooseNameOptions {
  readonly openLine: OpenLine;
  readonly address: NodeAddress;
  /** This run of this node. */
  readonly instance: string;
  readonly onCollision: "stop" | "suffix";
  readonly log: Log;
}

/** `<id>-2` to `<id>-9`; a name has at most 32 characters. */
const lastSuffix = 9;
const maxStemLength = 30;

/**
 * Chooses the node's name before anything is published under it: the configured one, or with
 * `suffix` the first free of `<id>-2` to `<id>-9`.
 *
 * Without a broker there is nobody to ask: the configured name it is, and `name-holder.ts` tells
 * when the connection shows another node under it.
 *
 * @throws EarshotError `bad_config` when a live node has the name already
 */
export async function chooseName(options: ChooseNameOptions): Promise<ChosenName> {
  const { address, log } = options;
  let first: Claim | undefined;
  for (const node of candidates(address.node, options.onCollision)) {
    const claim = await tryToClaim(options, node);
    if (claim === undefined) break;
    if (claim.holder === undefined) {
      if (first !== undefined) log.warn({ wanted: address.node, node }, "the node's name is taken");
      return { node, release: () => claim.release() };
    }
    first ??= claim.holder;
    await claim.release();
  }
  if (first === undefined) return { node: address.node, release: async () => {} };
  throw new EarshotError("bad_config", explain(address, first));
}

async function tryToClaim(
  { openLine, address, instance, log }: ChooseNameOptions,
  node: string,
): Promise<NameClaim | undefined> {
  try {
    return await claimName(openLine, { ...address, node }, instance);
  } catch (error) {
    log.debug({ reason: messageOf(error) }, "the broker could not be asked for the name");
    return undefined;
  }
}

function candidates(node: string, onCollision: "stop" | "suffix"): readonly string[] {
  if (onCollision === "stop") return [node];
  const stem = node.slice(0, maxStemLength);
  const numbers = Array.from({ length: lastSuffix - 1 }, (_, index) => index + 2);
  return [node, ...numbers.map((number) => `${stem}-${number}`)];
}

function explain({ base, node }: NodeAddress, holder: Claim): string {
  const since = holder.started_at === undefined ? "" : `, up since ${holder.started_at}`;
  return (
    `node.id: another live node on this broker is ${base}/${node} already (instance ` +
    `${holder.instance}${since}). Give this one another name (--node.id ${node.slice(0, maxStemLength)}-2), ` +
    "or let it take a free one by itself (node.onCollision: suffix)"
  );
}
