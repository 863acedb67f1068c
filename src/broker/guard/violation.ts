/** Why a packet is refused: a sentence for the log and the reason code of MQTT 5, section 2.4. */
export interface Violation {
  readonly reason: string;
  readonly code: number;
}

/** The reason codes of MQTT 5 that the guard gives (section 2.4). */
export const reasonCodes = {
  malformedPacket: 0x81,
  protocolError: 0x82,
  unsupportedProtocolVersion: 0x84,
  clientIdentifierNotValid: 0x85,
  notAuthorized: 0x87,
  serverBusy: 0x89,
  keepAliveTimeout: 0x8d,
  topicFilterInvalid: 0x8f,
  topicNameInvalid: 0x90,
  receiveMaximumExceeded: 0x93,
  topicAliasInvalid: 0x94,
  packetTooLarge: 0x95,
  quotaExceeded: 0x97,
  sharedSubscriptionsNotSupported: 0x9e,
  connectionRateExceeded: 0x9f,
} as const;

/** The packet cannot be read ([MQTT-1.5.4-1] and others: the connection must be closed). */
export function malformed(reason: string): Violation {
  return { reason, code: reasonCodes.malformedPacket };
}

/** The packet can be read, but must not be sent ([MQTT-4.13.1-1]: the connection is closed). */
export function protocolError(reason: string): Violation {
  return { reason, code: reasonCodes.protocolError };
}
