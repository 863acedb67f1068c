import type { IncomingMessage } from "../bus/connection.js";

/** What former names of this node have left on its own broker: it stays there. */
export interface FormerTopics {
  has(topic: string): boolean;
  /**
   * Takes a message that could go up.
   *
   * @returns whether it has shown that a live node has such a name, whose topics are former no more
   */
  hear(message: IncomingMessage): boolean;
}

/** For a node that never had another name. */
export const nothingFormer: FormerTopics = { has: () => false, hear: () => false };
