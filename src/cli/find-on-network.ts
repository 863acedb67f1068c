import type { FoundNode } from "../mdns/find-nodes.js";

/** Asks the network for nodes; what that needs is loaded only when nothing nearer has answered. */
export async function findOnNetwork(): Promise<readonly FoundNode[]> {
  const { findNodes } = await import("../mdns/find-nodes.js");
  return await findNodes();
}
