import type { IClientPublishOptions, IConnackPacket } from "mqtt";
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

/** What is published, in the words of mqtt.js; properties exist from MQTT 5 on. */
export function toClientOptions(options: PublishOptions, version: 4 | 5): IClientPublishOptions {
  const { qos, retain, correlationData, responseTopic } = options;
  if (version === 4 || (correlationData === undefined && responseTopic === undefined)) {
    return { qos, retain };
  }
  return {
    qos,
    retain,
    properties: {
      ...(correlationData === undefined ? {} : { correlationData: Buffer.from(correlationData) }),
      ...(responseTopic === undefined ? {} : { responseTopic }),
    },
  };
}
