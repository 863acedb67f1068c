import type { MessageProperties } from "../bus/properties.js";

/** A message on its way from the node's own broker to the upstream one. */
export interface BridgeMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1;
  readonly retain: boolean;
  readonly properties: MessageProperties;
  /** When it came, by the bridge's clock. */
  readonly receivedMs: number;
}

/**
 * The properties of a message that has waited: its expiry is less by that time ([MQTT-3.3.2-6]).
 *
 * @returns `undefined` when it has expired ([MQTT-3.3.2-5])
 */
export function propertiesAt(message: BridgeMessage, nowMs: number): MessageProperties | undefined {
  const { properties, receivedMs } = message;
  const { messageExpiryInterval: givenS } = properties;
  if (givenS === undefined) return properties;
  const leftS = givenS - Math.floor((nowMs - receivedMs) / 1000);
  return leftS > 0 ? { ...properties, messageExpiryInterval: leftS } : undefined;
}
