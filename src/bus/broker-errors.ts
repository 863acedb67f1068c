import { EarshotError, messageOf } from "../errors.js";

/** CONNACK codes that say "not this version of MQTT": 1 in MQTT 3.1.1, 0x84 in MQTT 5. */
const unsupportedVersionCodes: ReadonlySet<unknown> = new Set([1, 0x84]);

/** The broker closed the line instead of answering the CONNECT. */
export class ClosedEarlyError extends Error {}

/** Whether a connect failed because the broker said that it does not speak this version. */
export function isVersionRefusal(error: unknown): boolean {
  const cause = error instanceof EarshotError ? error.cause : error;
  return cause instanceof Error && unsupportedVersionCodes.has(Reflect.get(cause, "code"));
}

/** Whether a connect failed because the broker closed the line instead of answering. */
export function isEarlyClose(error: unknown): boolean {
  return error instanceof EarshotError && error.cause instanceof ClosedEarlyError;
}

/** What mqtt.js says of a refusal or of a line that ended, as one of Earshot's errors. */
export function asBrokerError(what: string, cause: unknown): EarshotError {
  if (cause instanceof EarshotError) return cause;
  return new EarshotError("broker_unavailable", `${what}: ${messageOf(cause)}`, { cause });
}
