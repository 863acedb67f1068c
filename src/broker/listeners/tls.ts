import { createServer, type Server, type TLSSocket } from "node:tls";
import type { Log } from "../../lifecycle.js";
import { createLogThrottle } from "../../log-throttle.js";
import type { Certificates } from "./certificates.js";
import {
  boundPort,
  createHandshakes,
  handshakeTimeoutMs,
  ignoreErrors,
  listen,
  type Listener,
  type Place,
} from "./listener.js";
import { readPeerCertificate } from "./peer-certificate.js";

/** Tells the log of a connection that came to nothing. */
export type Complain = (address: string | undefined, reason: string) => void;

export interface TlsListenerOptions {
  readonly maxConnections: number;
  readonly certificates: Certificates;
  readonly log: Log;
}

/** MQTT over TLS 1.2 or 1.3, with client certificates where an authority for them is configured. */
export function createTlsListener(place: Place, options: TlsListenerOptions): Listener {
  const { certificates, log } = options;
  const handshakes = createHandshakes();
  const complain = createTlsComplaints(log);
  let server: Server | undefined;
  return {
    async start(onStream) {
      const context = await certificates.load();
      const starting = createServer(
        { ...context, ...tlsServerOptions(certificates), noDelay: true },
        (socket) => {
          handshakes.end(socket);
          ignoreErrors(socket);
          const peer = identify(socket, complain);
          if (peer !== undefined) onStream(socket, { transport: "tls", ...peer });
        },
      );
      starting.maxConnections = options.maxConnections;
      starting.on("connection", (socket) => {
        handshakes.begin(socket);
      });
      starting.on("tlsClientError", (error, socket) => {
        complain(socket.remoteAddress, reasonOf(error));
      });
      certificates.onChange((renewed) => {
        starting.setSecureContext(renewed);
      });
      await listen(starting, place, log);
      server = starting;
    },
    stop() {
      server?.close();
      server = undefined;
      handshakes.destroyAll();
    },
    address() {
      const port = boundPort(server);
      return port === undefined ? undefined : { transport: "tls", host: place.host, port };
    },
  };
}

/** What a TLS server is told beside its certificates. */
export function tlsServerOptions({ asksClients }: Certificates) {
  return {
    handshakeTimeout: handshakeTimeoutMs,
    requestCert: asksClients,
    // A client without a certificate may still have a password; `identify` looks at the rest.
    rejectUnauthorized: false,
  };
}

/** Who is there; ends the connection and gives `undefined` when nobody vouches for its certificate. */
export function identify(
  socket: TLSSocket,
  complain: Complain,
): { readonly address: string; readonly certificateName?: string } | undefined {
  const address = socket.remoteAddress ?? "";
  const certificate = readPeerCertificate(socket);
  if (certificate.kind === "untrusted") {
    complain(address, `client certificate: ${certificate.reason}`);
    socket.destroy();
    return undefined;
  }
  if (certificate.kind === "none" || certificate.name === undefined) return { address };
  return { address, certificateName: certificate.name };
}

/** OpenSSL's few words (`http request`) out of a line of codes and places in its source. */
export function reasonOf(error: Error): string {
  const reason: unknown = Reflect.get(error, "reason");
  return typeof reason === "string" ? reason : error.message;
}

/** One line in ten seconds: port scanners and browsers knock often. */
export function createTlsComplaints(log: Log): Complain {
  const throttle = createLogThrottle();
  return (address, reason) => {
    throttle.run((heldBack) => {
      log.warn({ address, reason, heldBack }, "TLS handshake failed");
    });
  };
}
