import { readFile } from "node:fs/promises";
import type { Config } from "../config/schema.js";
import { EarshotError, messageOf } from "../errors.js";
import type { Route } from "./connection.js";

/**
 * The way to the external broker that the configuration names.
 *
 * @param section the keys to name when something is wrong
 * @throws EarshotError `bad_config` when there is no URL, or a certificate cannot be read
 */
export async function createExternalRoute(
  mqtt: Pick<Config["mqtt"], "url" | "username" | "password" | "tls">,
  section: "mqtt" | "bridge" = "mqtt",
): Promise<Route> {
  if (mqtt.url === "") {
    throw new EarshotError(
      "bad_config",
      "broker.mode is external, so mqtt.url must say where the broker is, for instance mqtt://192.168.1.10:1883",
    );
  }
  const ca = await readPem(`${section}.tls.ca`, mqtt.tls.ca);
  const cert = await readPem(`${section}.tls.cert`, mqtt.tls.cert);
  const key = await readPem(`${section}.tls.key`, mqtt.tls.key);
  return {
    kind: "url",
    url: mqtt.url,
    ...(mqtt.username === "" ? {} : { username: mqtt.username }),
    ...(mqtt.password === "" ? {} : { password: mqtt.password }),
    tls: { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) },
  };
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
    throw new EarshotError("bad_config", `${key}: cannot read ${path}: ${messageOf(cause)}`, {
      cause,
    });
  }
}
