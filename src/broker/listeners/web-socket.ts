import { createServer as createHttpServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { createWebSocketStream, type WebSocket, WebSocketServer } from "ws";
import type { Log } from "../../lifecycle.js";
import type { Peer } from "../parts.js";
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
import { isOriginAllowed } from "./origin.js";
import { type Complain, createTlsComplaints, identify, reasonOf, tlsServerOptions } from "./tls.js";

export interface WebSocketListenerOptions {
  readonly maxConnections: number;
  /** The largest WebSocket message, in bytes; whoever sends a larger one is cut off. */
  readonly maxPayload: number;
  /** Origins of pages that are let in beside those of this host. */
  readonly origins: readonly string[];
  /** For `wss`; without them it is `ws`. */
  readonly certificates?: Certificates | undefined;
  readonly log: Log;
}

/** [MQTT-6.0.0-3]: the sub-protocol that client and server agree on. */
const subProtocol = "mqtt";
const paths: ReadonlySet<string> = new Set(["/", "/mqtt"]);
const httpOptions = {
  noDelay: true,
  maxHeaderSize: 8192,
  headersTimeout: handshakeTimeoutMs,
  requestTimeout: handshakeTimeoutMs,
  connectionsCheckingInterval: 1000,
} as const;

/** MQTT over WebSocket (MQTT 5, chapter 6); the only place that knows ws. */
export function createWebSocketListener(place: Place, options: WebSocketListenerOptions): Listener {
  const { certificates, log } = options;
  const transport = certificates === undefined ? "ws" : "wss";
  const handshakes = createHandshakes();
  const complain = createTlsComplaints(log);
  let server: Server | undefined;
  return {
    async start(onStream) {
      const starting = await createServer(certificates);
      const acceptor = createAcceptor(options.maxPayload);
      starting.maxConnections = options.maxConnections;
      starting.on("connection", (socket: Socket) => {
        handshakes.begin(socket);
      });
      starting.on("tlsClientError", (error: Error, socket: TLSSocket) => {
        complain(socket.remoteAddress, reasonOf(error));
      });
      starting.on("request", (_request, response) => {
        response.writeHead(426, { connection: "close" }).end("MQTT over WebSocket only\n");
      });
      starting.on("upgrade", (request, socket: Socket, head) => {
        handshakes.end(socket);
        ignoreErrors(socket);
        const refusal = findRefusal(request, options.origins);
        if (refusal !== undefined) {
          refuse(socket, refusal);
          return;
        }
        const peer = identifySocket(socket, complain);
        if (peer === undefined) return;
        acceptor.handleUpgrade(request, socket, head, (webSocket) => {
          onStream(openStream(webSocket), { transport, ...peer });
        });
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
      return port === undefined ? undefined : { transport, host: place.host, port };
    },
  };
}

async function createServer(certificates: Certificates | undefined): Promise<Server> {
  if (certificates === undefined) return createHttpServer(httpOptions);
  const server = createHttpsServer({
    ...httpOptions,
    ...(await certificates.load()),
    ...tlsServerOptions(certificates),
  });
  certificates.onChange((renewed) => {
    server.setSecureContext(renewed);
  });
  return server;
}

/** Without compression: it costs memory for each connection, and a small packet can burst into a large one. */
function createAcceptor(maxPayload: number): WebSocketServer {
  return new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload,
    handleProtocols: () => subProtocol,
  });
}

interface Refusal {
  readonly status: string;
  readonly text: string;
}

function findRefusal(
  { url = "", headers }: IncomingMessage,
  origins: readonly string[],
): Refusal | undefined {
  const [path = ""] = url.split("?");
  if (!paths.has(path)) return { status: "404 Not Found", text: "MQTT is at / and /mqtt" };
  const offered = (headers["sec-websocket-protocol"] ?? "").split(",").map((name) => name.trim());
  if (!offered.includes(subProtocol)) {
    return { status: "400 Bad Request", text: "the sub-protocol mqtt is needed" };
  }
  if (!isOriginAllowed(headers.origin, { host: headers.host, allowed: origins })) {
    return { status: "403 Forbidden", text: "this origin is not in broker.ws.origins" };
  }
  return undefined;
}

function refuse(socket: Duplex, { status, text }: Refusal): void {
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\n`;
  socket.end(`${head}Content-Length: ${text.length + 1}\r\n\r\n${text}\n`);
}

function identifySocket(
  socket: Socket,
  complain: Complain,
): Pick<Peer, "address" | "certificateName"> | undefined {
  if (socket instanceof TLSSocket) return identify(socket, complain);
  return { address: socket.remoteAddress ?? "" };
}

/** Packets may lie across messages as they like; only text is no MQTT ([MQTT-6.0.0-1]). */
function openStream(webSocket: WebSocket): Duplex {
  // First, so that the text of a message is not in the stream when it is noticed.
  webSocket.on("message", (_data, isBinary) => {
    if (!isBinary) stream.destroy();
  });
  const stream = createWebSocketStream(webSocket);
  ignoreErrors(stream);
  return stream;
}
