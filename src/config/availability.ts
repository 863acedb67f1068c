import { isIP } from "node:net";
import { EarshotError } from "../errors.js";
import type { Config } from "./schema.js";

/**
 * Refuses settings of the embedded broker that do not go together, and an address that other
 * machines reach while there is nobody to ask for a password.
 *
 * @param hasUsers whether there are users, in the configuration or in the data folder
 * @throws EarshotError `bad_config` naming the key and what to do
 */
export function checkAvailability(config: Config, hasUsers: boolean): void {
  if (config.broker.mode === "external") return;
  checkTls(config.broker);
  if (!hasUsers && !config.broker.allowAnonymousFromTheWholeNetwork) checkReach(config.broker);
}

function checkTls({ tls, ws }: Config["broker"]): void {
  const needsCertificate = tls.port !== 0 || ws.tls || tls.clientCa !== "" || tls.key !== "";
  if (needsCertificate && tls.cert === "") {
    throw wrong("broker.tls.cert", "TLS needs a certificate: the absolute path of a PEM file");
  }
  if (tls.cert !== "" && tls.key === "") {
    throw wrong("broker.tls.key", "TLS needs the certificate's key: the path of a PEM file");
  }
  if (tls.cert !== "" && tls.port === 0 && !ws.tls) {
    throw wrong(
      "broker.tls.port",
      "there is a certificate, but no port for TLS: set broker.tls.port, usually 8883, or " +
        "broker.ws.tls",
    );
  }
  if (ws.tls && ws.port === 0) {
    throw wrong("broker.ws.port", "broker.ws.tls is set, so expected a port for WebSocket, got 0");
  }
}

function checkReach({ host, tls, ws }: Config["broker"]): void {
  const places = [
    ["broker.host", host],
    ["broker.tls.host", tls.port === 0 ? "" : tls.host],
    ["broker.ws.host", ws.port === 0 ? "" : ws.host],
  ] as const;
  for (const [key, place] of places) {
    if (place === "" || isLoopback(place)) continue;
    throw wrong(
      key,
      `without users only this machine is served, so expected 127.0.0.1, ::1 or localhost, got ` +
        `${place}; add a user first: earshot user add NAME (or, if everybody on the network may ` +
        "read and publish all: broker.allowAnonymousFromTheWholeNetwork: true)",
    );
  }
}

function wrong(key: string, problem: string): EarshotError {
  return new EarshotError("bad_config", `${key}: ${problem}`);
}

/** Whether an address can only be reached from this machine. */
export function isLoopback(host: string): boolean {
  if (isIP(host) === 4) return host.startsWith("127.");
  return host === "::1" || host === "localhost";
}
