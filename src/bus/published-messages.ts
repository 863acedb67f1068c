import { channel } from "node:diagnostics_channel";
import type { PublishOptions } from "./connection.js";

/**
 * Everything that is published, as `PublishedMessage`, for tools inside the process: the tests check
 * each message against the contract. Costs nothing while nobody subscribes.
 */
export const publishedMessages = channel("earshot:publish");

/** What `earshot:publish` tells. */
export interface PublishedMessage {
  readonly clientId: string;
  readonly topic: string;
  readonly payload: string | Uint8Array;
  readonly options: PublishOptions;
}
