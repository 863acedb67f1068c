import { readFile } from "node:fs/promises";
import { createSecureContext, type SecureContextOptions } from "node:tls";
import type { Config } from "../config/schema.js";
import { EarshotError, fileReasonOf, messageOf } from "../errors.js";
import type { Route } from "./connection.js";

/** A broker elsewhere, as the branches `mqtt` and `bridge` of the configuration name one. */
export type BrokerSettings = Pick<Config["mqtt"], "url" | "username" | "password" | "tls">;

/**
 * The way to a broker elsewhere that the configuration names.
 *
 * @param branch where in the configuration the settings stand, for what is said about them
 * @throws EarshotError `bad_config` when there is no URL, a certificate cannot be read or used, or
 *   one half of a pair is missing
 */
export async function createExternalRoute(
  settings: BrokerSettings,
  branch: "mqtt" | "bridge" = "mqtt",
): Promise<Route> {
  if (settings.url === "") {
    throw new EarshotError(
      "bad_config",
      "broker.mode is external, so mqtt.url must say where the broker is, for instance mqtt://192.168.1.10:1883",
    );
  }
  checkPairs(settings, branch);
  const ca = await readPem(`${branch}.tls.ca`, settings.tls.ca);
  const cert = await readPem(`${branch}.tls.cert`, settings.tls.cert);
  const key = await readPem(`${branch}.tls.key`, settings.tls.key);
  const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  checkPem(tls, branch);
  return {
    kind: "url",
    url: settings.url,
    ...(settings.username === "" ? {} : { username: settings.username }),
    ...(settings.password === "" ? {} : { password: settings.password }),
    tls,
    branch,
  };
}

/** A password needs a user name ([MQTT-3.1.2-22] of 3.1.1), a certificate its key. */
function checkPairs({ username, password, tls }: BrokerSettings, branch: string): void {
  const missing =
    password !== "" && username === ""
      ? `${branch}.username: there is a ${branch}.password, but no user`
      : (tls.cert === "") !== (tls.key === "")
        ? `${branch}.tls: expected both cert and key, or neither`
        : undefined;
  if (missing !== undefined) throw new EarshotError("bad_config", missing);
}

/** Found at the start: a file that is no certificate would else look like a broker that is away. */
function checkPem(tls: SecureContextOptions, branch: string): void {
  try {
    createSecureContext(tls);
  } catch (cause) {
    throw new EarshotError(
      "bad_config",
      `${branch}.tls: the files cannot be used: ${messageOf(cause)}; expected PEM files, cert and key ` +
        "belonging to each other, the key without a passphrase",
      { cause },
    );
  }
}

/** Host and port of a broker's URL, with the scheme's usual port where none is given. */
export function addressOfUrl(url: string): { readonly host: string; readonly port: number } {
  const { hostname, port, protocol } = new URL(url);
  const usual = { "mqtt:": 1883, "mqtts:": 8883, "ws:": 80, "wss:": 443 }[protocol] ?? 1883;
  return { host: hostname.replaceAll(/^\[|\]$/gu, ""), port: port === "" ? usual : Number(port) };
}

async function readPem(key: string, path: string): Promise<Buffer | undefined> {
  if (path === "") return undefined;
  try {
    return await readFile(path);
  } catch (cause) {
    throw new EarshotError("bad_config", `${key}: cannot read ${path}: ${fileReasonOf(cause)}`, {
      cause,
    });
  }
}
