import { randomUUID } from "node:crypto";
import type { Connection, IncomingMessage } from "../bus/connection.js";
import type { Claim } from "../contract/state.js";
import { type NodeAddress, nodeTopics } from "../contract/topics.js";
import { createDeferred } from "../deferred.js";

/** Opens a connection of its own, for a question or two. */
export type OpenLine = (onMessage: (message: IncomingMessage) => void) => Promise<Connection>;

/** A name that this node may have, unless somebody else has it. */
export interface NameClaim {
  /** The live node that has the name; `undefined` when it is free. */
  readonly holder: Claim | undefined;
  /** Ends the claim's connection; the node answers for its name by itself from then on. */
  release(): Promise<void>;
}

/** So long an answer may take; longer where the broker says that somebody is online. */
const quietMs = 250;
const busyMs = 1000;

/**
 * Asks on `<n>/claim` whether a live node has a name, and defends the name until it is released.
 *
 * Only an answer counts: the retained `online` of a node that has died, this one's own former run
 * above all, never does. When two nodes start at the same moment the lower instance wins.
 *
 * @throws EarshotError `broker_unavailable` when the broker cannot be asked
 */
export async function claimName(
  openLine: OpenLine,
  address: NodeAddress,
  instance: string,
): Promise<NameClaim> {
  const { claim } = nodeTopics(address);
  let state: "asks" | "holds" | "lost" = "asks";
  const question = await openQuestion(openLine, address, {
    instance,
    judge(other) {
      // A name that is lost is not defended against the next one who asks.
      if (state === "lost") return "ignored";
      const isLost = other.state === "holds" || (state === "asks" && other.instance < instance);
      if (isLost) state = "lost";
      return isLost ? "held" : "ours";
    },
  });
  if (question.holder === undefined) {
    state = "holds";
    // Whoever asked a moment before this node was there to hear it is told now.
    await question.line.publish(claim.topic, encodeHolds(address, instance), claim);
  }
  return { holder: question.holder, release: () => question.line.end() };
}

/**
 * Whether a live node has a name that this one does not want for itself.
 *
 * @throws EarshotError `broker_unavailable` when the broker cannot be asked
 */
export async function isNameHeld(openLine: OpenLine, address: NodeAddress): Promise<boolean> {
  const { holder, line } = await openQuestion(openLine, address, {
    instance: randomUUID(),
    judge: ({ state }) => (state === "holds" ? "held" : "ignored"),
  });
  await line.end();
  return holder !== undefined;
}

/** What another node's word means: it has the name, this one has it, or nothing. */
type Judge = (other: Claim) => "held" | "ours" | "ignored";

async function openQuestion(
  openLine: OpenLine,
  address: NodeAddress,
  { instance, judge }: { readonly instance: string; readonly judge: Judge },
): Promise<{ readonly holder: Claim | undefined; readonly line: Connection }> {
  const { claim, status } = nodeTopics(address);
  const held = createDeferred<Claim>();
  let isSaidOnline = false;
  const line = await openLine((message) => {
    if (message.topic === status.topic) {
      isSaidOnline = Buffer.from(message.payload).toString() === "online";
      return;
    }
    const other = readClaim(address, message);
    if (other === undefined || other.instance === instance) return;
    const verdict = judge(other);
    if (verdict === "held") held.resolve(other);
    if (verdict !== "ours") return;
    // When it cannot be sent the connection is gone, and the bus will say so.
    line.publish(claim.topic, encodeHolds(address, instance), claim).catch(() => {});
  });
  try {
    await line.subscribe(status.topic);
    await line.subscribe(claim.topic);
    await line.publish(claim.topic, claim.codec.encode({ instance, state: "asks" }), claim);
    const early = await within(held.promise, quietMs);
    if (early !== undefined || !isSaidOnline) return { holder: early, line };
    return { holder: await within(held.promise, busyMs - quietMs), line };
  } catch (error) {
    await line.end();
    throw error;
  }
}

/** What another node says on the claim's topic; strangers may write anything there. */
export function readClaim(address: NodeAddress, message: IncomingMessage): Claim | undefined {
  if (message.retain) return undefined;
  try {
    return nodeTopics(address).claim.codec.decode(message.payload);
  } catch {
    return undefined;
  }
}

function encodeHolds(address: NodeAddress, instance: string): string {
  return nodeTopics(address).claim.codec.encode({ instance, state: "holds" });
}

/** The value, or `undefined` when it has not come in time. */
async function within<Value>(promise: Promise<Value>, ms: number): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
