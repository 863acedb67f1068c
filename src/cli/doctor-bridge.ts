import { randomUUID } from "node:crypto";
import { addressOfUrl, createExternalRoute } from "../bus/external-route.js";
import { createConnector } from "../bus/negotiate.js";
import type { Config } from "../config/schema.js";
import { messageOf } from "../errors.js";
import { hostAndPort } from "../host-and-port.js";
import type { Check } from "./doctor-check.js";

const name = "bridge";
const timeoutMs = 5000;

/** Whether the broker that the bridge leads to lets this node in; nothing without a bridge. */
export async function checkBridge({ broker, bridge }: Config): Promise<readonly Check[]> {
  if (broker.mode === "external" || bridge.url === "") return [];
  const where = hostAndPort(addressOfUrl(bridge.url));
  try {
    const connection = await createConnector(bridge.version)({
      route: await createExternalRoute(bridge, "bridge"),
      // Not the node's own, which the broker would take it for, and end.
      clientId: `earshot-doctor-${randomUUID().slice(0, 8)}`,
      timeoutMs,
      onMessage: () => {},
      onClose: () => {},
    });
    await connection.end();
  } catch (error) {
    const hint = "check that it runs, and bridge.url, bridge.username and bridge.password";
    const message = `the upstream broker ${where}: ${messageOf(error)}; ${hint}`;
    return [{ name, state: "fault", message }];
  }
  return [{ name, state: "ok", message: `the upstream broker ${where} lets this node in` }];
}
