import { encodeVariableInteger } from "./frames.js";

/** The return codes of MQTT 3.1.1 (section 3.2.2.3) for reason codes of MQTT 5. */
const returnCodes: ReadonlyMap<number, number> = new Map([
  [0x84, 1],
  [0x85, 2],
  [0x89, 3],
  [0x97, 3],
  [0x9f, 3],
  [0x87, 5],
]);

/**
 * A CONNACK that refuses; `undefined` where the version has no code for the reason, so that the
 * connection is closed without one ([MQTT-3.1.4-1]; 3.1.1: [MQTT-3.2.2-6]).
 */
function refusingConnack(version: number, reasonCode: number): Buffer | undefined {
  if (version === 5) return Buffer.from([0x20, 3, 0, reasonCode, 0]);
  const returnCode = returnCodes.get(reasonCode);
  return returnCode === undefined ? undefined : Buffer.from([0x20, 2, 0, returnCode]);
}

/** A DISCONNECT with a reason code; only MQTT 5 servers send one (section 3.14). */
function disconnect(reasonCode: number): Buffer {
  return Buffer.from([0xe0, 1, reasonCode]);
}

/** One code for each filter of the SUBSCRIBE, in its order ([MQTT-3.8.4-6], section 3.9). */
export function suback(version: number, identifier: number, codes: readonly number[]): Buffer {
  const properties = version === 5 ? [0] : [];
  return Buffer.from([
    0x90,
    ...encodeVariableInteger(2 + properties.length + codes.length),
    identifier >> 8,
    identifier & 0xff,
    ...properties,
    ...codes,
  ]);
}

/** PUBCOMP with 0x92, Packet Identifier not found (MQTT 5, section 3.7.2.1). */
export function unknownPubcomp(identifier: number): Buffer {
  return Buffer.from([0x70, 3, identifier >> 8, identifier & 0xff, 0x92]);
}

/** What is said before a connection is closed: CONNACK or DISCONNECT, or nothing where no word fits. */
export function lastWords(
  { isOpen, version }: { readonly isOpen: boolean; readonly version: number | undefined },
  reasonCode: number,
): Buffer | undefined {
  if (version === undefined) return undefined;
  if (!isOpen) return refusingConnack(version, reasonCode);
  return version === 5 ? disconnect(reasonCode) : undefined;
}
