import type { IClientPublishOptions, IConnackPacket, IPublishPacket } from "mqtt";
import type { PublishOptions } from "./connection.js";

/**
 * Whether a broker divides the messages of a shared subscription among its subscribers, and tells
 * them apart; absent means yes (MQTT 5, 3.2.2.3.12 and 3.2.2.3.13).
 */
export function offersSharing({ properties }: IConnackPacket): boolean {
  return (
    properties?.sharedSubscriptionAvailable !== false &&
    properties?.subscriptionIdentifiersAvailable !== false
  );
}

/** The user property of what has crossed a bridge; it does not cross another one. */
const bridgeMark = "earshot-bridge";

/** Whether a message's properties say that a bridge brought it. */
export function isBridged(properties: IPublishPacket["properties"]): boolean {
  return properties?.userProperties !== undefined && bridgeMark in properties.userProperties;
}

/** What is published, in the words of mqtt.js; properties exist from MQTT 5 on. */
export function toClientOptions(options: PublishOptions, version: 4 | 5): IClientPublishOptions {
  const { qos, retain, correlationData, responseTopic, isBridged = false } = options;
  const hasProperties = correlationData !== undefined || responseTopic !== undefined || isBridged;
  if (version === 4 || !hasProperties) return { qos, retain };
  return {
    qos,
    retain,
    properties: {
      ...(correlationData === undefined ? {} : { correlationData: Buffer.from(correlationData) }),
      ...(responseTopic === undefined ? {} : { responseTopic }),
      ...(isBridged && { userProperties: { [bridgeMark]: "1" } }),
    },
  };
}
