import { isIP } from "node:net";
import { EarshotError } from "../errors.js";
import type { Config } from "./schema.js";

/**
 * Refuses settings that would be dangerous to accept and not to honour.
 *
 * @throws EarshotError `bad_config` naming the key and what to do instead
 */
export function checkAvailability(config: Config): void {
  const { broker } = config;
  const refused = [
    [Object.keys(broker.users).length > 0, "broker.users"],
    [broker.ws.port !== 0, "broker.ws.port"],
    [broker.tls.port !== 0 || broker.tls.cert !== "" || broker.tls.key !== "", "broker.tls"],
    [broker.tls.clientCa !== "", "broker.tls.clientCa"],
  ] as const;
  for (const [isSet, key] of refused) {
    if (isSet) {
      throw new EarshotError(
        "bad_config",
        `${key}: this version's embedded broker serves this machine only, over plain MQTT; leave ` +
          `${key} unset, or use an external broker (broker.mode: external)`,
      );
    }
  }
  if (broker.mode === "external" && config.bridge.url !== "") {
    throw new EarshotError(
      "bad_config",
      "bridge.url: a bridge needs the embedded broker (broker.mode: embedded); with " +
        "broker.mode: external this node is at mqtt.url anyway",
    );
  }
  if (config.mdns.enabled && broker.mode === "embedded" && isLoopback(broker.host)) {
    throw new EarshotError(
      "bad_config",
      `mdns.enabled: no other machine can reach the broker at ${broker.host}, so there is nothing ` +
        "to announce; set broker.host to an address of the network, or use an external broker",
    );
  }
  if (broker.mode === "embedded" && !isLoopback(broker.host)) {
    throw new EarshotError(
      "bad_config",
      `broker.host: without users only this machine is served, so expected 127.0.0.1, ::1 or ` +
        `localhost, got ${broker.host}; for other machines use a broker with passwords ` +
        `(broker.mode: external)`,
    );
  }
}

/** Whether an address can only be reached from this machine. */
function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith("127.");
  return host === "::1" || host === "localhost";
}
