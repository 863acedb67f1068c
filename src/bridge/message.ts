import type { MessageProperties } from "../bus/properties.js";

/** A message on its way from the node's own broker to the upstream one. */
export interface BridgeMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly properties: MessageProperties;
}
