import { EarshotError, messageOf } from "../../errors.js";
import { hostAndPort } from "../../host-and-port.js";
import { findPortOwner } from "../port-owner.js";
import type { Place } from "./listener.js";

/** Why a port cannot be listened on, and what to do about it. */
export function explainListenError(cause: unknown, { host, port, key }: Place): EarshotError {
  const code: unknown = cause instanceof Error ? Reflect.get(cause, "code") : undefined;
  if (code === "EADDRINUSE") {
    const owner = findPortOwner(port) ?? "another program (it may be Mosquitto)";
    return new EarshotError(
      "port_taken",
      `port ${port} is already taken by ${owner}. Either give Earshot another port ` +
        `(${key}, for instance --${key} ${port + 1}), or let it use the broker that is ` +
        `there (broker.mode: external with mqtt.url: mqtt://127.0.0.1:${port})`,
      { cause },
    );
  }
  const hostKey = key.replace(/port$/u, "host");
  const hint =
    code === "EACCES" ? "; ports below 1024 need root, choose a higher one" : `; check ${hostKey}`;
  return new EarshotError(
    "bad_config",
    `the broker cannot listen on ${hostAndPort({ host, port })}: ${messageOf(cause)}${hint}`,
    { cause },
  );
}
