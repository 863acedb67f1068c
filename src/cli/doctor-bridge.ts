import { randomUUID } from "node:crypto";
import type { Connection } from "../bus/connection.js";
import { addressOfUrl, createExternalRoute } from "../bus/external-route.js";
import { createConnector } from "../bus/negotiate.js";
import type { Config } from "../config/schema.js";
import { EarshotError, messageOf } from "../errors.js";
import { hostAndPort } from "../host-and-port.js";
import type { Check } from "./doctor-check.js";

const name = "bridge";
const timeoutMs = 5000;

/** Whether the broker that the bridge leads to lets this node in; nothing without a bridge. */
export async function checkBridge({ broker, bridge }: Config): Promise<readonly Check[]> {
  if (bridge.url === "") return [];
  if (broker.mode === "external") {
    const message = "a bridge joins the embedded broker to another one: take bridge.url away";
    return [{ name, state: "fault", message: `broker.mode is external, and ${message}` }];
  }
  const where = hostAndPort(addressOfUrl(bridge.url));
  let connection: Connection;
  try {
    connection = await createConnector(bridge.version)({
      route: await createExternalRoute(bridge, "bridge"),
      clientId: `earshot-doctor-${randomUUID().slice(0, 8)}`,
      timeoutMs,
      onMessage: () => {},
      onClose: () => {},
    });
  } catch (error) {
    const isAway = error instanceof EarshotError && error.code === "broker_unavailable";
    const hint = "; check that it runs, and bridge.url, bridge.username and bridge.password";
    const message = `the upstream broker ${where}: ${messageOf(error)}${isAway ? hint : ""}`;
    return [{ name, state: "fault", message }];
  }
  await connection.end();
  return [{ name, state: "ok", message: `the upstream broker ${where} lets this node in` }];
}
