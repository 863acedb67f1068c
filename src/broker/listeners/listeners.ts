import type { Config } from "../../config/schema.js";
import type { Log } from "../../lifecycle.js";
import type { Listeners } from "../parts.js";
import { type Certificates, createCertificates } from "./certificates.js";
import type { Listener, Place } from "./listener.js";
import { createTcpListener } from "./tcp.js";
import { createTlsListener } from "./tls.js";
import { createWebSocketListener } from "./web-socket.js";

/**
 * File descriptors that one listener may take. The guard's own limits are lower; this is for those
 * that it does not see yet, in the middle of a handshake.
 */
const maxConnections = 2000;

export interface ListenersOptions {
  readonly broker: Pick<Config["broker"], "host" | "port" | "tls" | "ws">;
  /** The largest MQTT packet, which a WebSocket message must have room for, in bytes. */
  readonly maxPacketBytes: number;
  readonly log: Log;
}

/**
 * Creates what accepts connections: TCP always, TLS and WebSocket where they have a port.
 *
 * `start` fails with `port_taken` or `bad_config`; what listened by then has been closed.
 */
export function createListeners(options: ListenersOptions): Listeners {
  const { tls } = options.broker;
  const certificates = tls.cert === "" ? undefined : createCertificates(tls, options.log);
  const listeners = buildListeners(options, certificates);
  const stop = (): void => {
    certificates?.stop();
    for (const listener of listeners) listener.stop();
  };
  return {
    async start(onStream) {
      try {
        await certificates?.start();
        for (const listener of listeners) await listener.start(onStream);
      } catch (error) {
        stop();
        throw error;
      }
    },
    async stop() {
      stop();
    },
    addresses: () => listeners.flatMap((listener) => listener.address() ?? []),
  };
}

/** Plain MQTT on one TCP port and nothing else. */
export function createPlainListeners(
  options: Pick<Config["broker"], "host" | "port"> & Pick<ListenersOptions, "log">,
): Listeners {
  const { host, port, log } = options;
  const off = { host: "", port: 0 };
  const tls = { ...off, cert: "", key: "", clientCa: "" };
  const broker = { host, port, tls, ws: { ...off, tls: false, origins: [] } };
  return createListeners({ broker, maxPacketBytes: 0, log });
}

function buildListeners(
  { broker, maxPacketBytes, log }: ListenersOptions,
  certificates: Certificates | undefined,
): readonly Listener[] {
  const { host, port, tls, ws } = broker;
  const limits = { maxConnections, log };
  const place = (own: string, port: number, key: string): Place => ({
    host: own === "" ? host : own,
    port,
    key,
  });
  const listeners = [createTcpListener(place("", port, "broker.port"), limits)];
  if (tls.port !== 0 && certificates !== undefined) {
    const options = { ...limits, certificates };
    listeners.push(createTlsListener(place(tls.host, tls.port, "broker.tls.port"), options));
  }
  if (ws.port !== 0) {
    const options = {
      ...limits,
      maxPayload: maxPacketBytes,
      origins: ws.origins,
      certificates: ws.tls ? certificates : undefined,
    };
    listeners.push(createWebSocketListener(place(ws.host, ws.port, "broker.ws.port"), options));
  }
  return listeners;
}
