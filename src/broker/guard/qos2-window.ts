import { reasonCodes, type Violation } from "./violation.js";

/** The messages of QoS 2 that a client has begun and not released: the broker stores each of them. */
export interface Qos2Window {
  /** Takes note of a PUBLISH; a repeated one counts once. */
  begin(identifier: number): Violation | undefined;
  /** The broker sent PUBCOMP, or refused the message in its PUBREC. */
  finish(identifier: number): void;
}

const exceeded: Violation = {
  reason: "more unfinished messages than Receive Maximum [MQTT-3.3.4-7]",
  code: reasonCodes.receiveMaximumExceeded,
};

/** @param receiveMaximum how many may be unfinished at once */
export function createQos2Window(receiveMaximum: number): Qos2Window {
  let unfinished: Set<number> | undefined;
  return {
    begin(identifier) {
      unfinished ??= new Set();
      unfinished.add(identifier);
      return unfinished.size > receiveMaximum ? exceeded : undefined;
    },
    finish(identifier) {
      unfinished?.delete(identifier);
    },
  };
}
