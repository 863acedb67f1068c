import type { IClientPublishOptions, IConnackPacket } from "mqtt";
import type { PublishOptions } from "./connection.js";

/** What a message of MQTT 5 carries beside topic and payload, and a bridge hands on (section 3.3.2.3). */
export interface MessageProperties {
  readonly payloadFormatIndicator?: boolean;
  /** Seconds; less the time that the message has waited on its way. */
  readonly messageExpiryInterval?: number;
  readonly contentType?: string;
  readonly responseTopic?: string;
  readonly correlationData?: Uint8Array;
  /** A name that was given several times has a list. */
  readonly userProperties?: Readonly<Record<string, string | string[]>>;
}

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

/** What goes with a message, in the words of mqtt.js; properties exist from MQTT 5 on. */
export function toClientProperties(
  options: PublishOptions,
  version: 4 | 5,
): Pick<IClientPublishOptions, "properties"> | undefined {
  const { correlationData, responseTopic, properties } = options;
  const isPlain =
    correlationData === undefined && responseTopic === undefined && properties === undefined;
  if (version === 4 || isPlain) return undefined;
  return {
    properties: {
      ...(properties === undefined ? {} : pickForwarded(properties)),
      ...(correlationData === undefined ? {} : { correlationData: Buffer.from(correlationData) }),
      ...(responseTopic === undefined ? {} : { responseTopic }),
    },
  };
}

/** What was received holds more, such as the Subscription Identifier of this connection alone. */
function pickForwarded(given: MessageProperties): NonNullable<IClientPublishOptions["properties"]> {
  const { payloadFormatIndicator, messageExpiryInterval, contentType } = given;
  const { responseTopic, correlationData, userProperties } = given;
  return {
    ...(payloadFormatIndicator === undefined ? {} : { payloadFormatIndicator }),
    ...(messageExpiryInterval === undefined ? {} : { messageExpiryInterval }),
    ...(contentType === undefined ? {} : { contentType }),
    ...(responseTopic === undefined ? {} : { responseTopic }),
    ...(correlationData === undefined ? {} : { correlationData: Buffer.from(correlationData) }),
    ...(userProperties === undefined ? {} : { userProperties: { ...userProperties } }),
  };
}

/** mqtt.js takes a Buffer; the bytes are not copied. */
export function toClientPayload(payload: string | Uint8Array): string | Buffer {
  if (typeof payload === "string") return payload;
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
}
