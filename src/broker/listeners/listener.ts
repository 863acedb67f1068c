import type { Server, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Log } from "../../lifecycle.js";
import { createLogThrottle } from "../../log-throttle.js";
import type { Peer } from "../parts.js";
import { explainListenError } from "./explain-listen-error.js";

/** Where one listener listens, and the configuration's key of its port. */
export interface Place {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly key: string;
}

export type OnStream = (stream: Duplex, peer: Peer) => void;

/** One port on which connections of one kind come in. */
export interface Listener {
  start(onStream: OnStream): Promise<void>;
  stop(): void;
  address():
    | { readonly transport: Peer["transport"]; readonly host: string; readonly port: number }
    | undefined;
}

/** How long a TLS handshake and the head of an HTTP request may take, in milliseconds. */
export const handshakeTimeoutMs = 10_000;

/**
 * Listens, and stays quiet about errors of the server from then on: an `accept` that failed for
 * want of file descriptors must not end the program.
 *
 * @throws EarshotError `port_taken` or `bad_config`
 */
export async function listen(server: Server, place: Place, log: Log): Promise<void> {
  const { host, port } = place;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause) => {
      reject(explainListenError(cause, place));
    });
    server.listen({ host, port }, resolve);
  });
  const throttle = createLogThrottle();
  server.removeAllListeners("error").on("error", (error) => {
    throttle.run((heldBack) => {
      log.warn({ reason: error.message, heldBack }, "a connection could not be accepted");
    });
  });
}

/** A stream without a listener for its errors throws them; that it has ended is told by `close`. */
export function ignoreErrors(stream: Duplex): void {
  stream.on("error", () => {});
}

/** The port that a server has got. */
export function boundPort(server: Server | undefined): number | undefined {
  const bound = server?.address();
  return typeof bound === "object" && bound !== null ? bound.port : undefined;
}

/** Connections in the middle of a handshake: still the listener's, and its to end at a stop. */
export interface Handshakes {
  begin(socket: Socket): void;
  /** The connection has been handed over. */
  end(socket: Socket): void;
  destroyAll(): void;
}

/** One more ends the oldest: whoever only knocks must not keep others from coming in. */
const maxHandshakes = 256;

/**
 * Keeps the raw sockets by the other side's address and port, because a TLS socket does not tell
 * which raw one it came out of. Each has its time from the accept on, whatever trickles in.
 */
export function createHandshakes(timeoutMs: number = handshakeTimeoutMs): Handshakes {
  const pending = new Map<string, { readonly socket: Socket; readonly timer: NodeJS.Timeout }>();
  const nameOf = (socket: Socket): string => `${socket.remoteAddress} ${socket.remotePort}`;
  const forget = (name: string): void => {
    clearTimeout(pending.get(name)?.timer);
    pending.delete(name);
  };
  return {
    begin(socket) {
      const name = nameOf(socket);
      const timer = setTimeout(() => socket.destroy(), timeoutMs);
      forget(name);
      pending.set(name, { socket, timer });
      socket.once("close", () => {
        if (pending.get(name)?.socket === socket) forget(name);
      });
      const [oldest] = pending.values();
      if (pending.size > maxHandshakes) oldest?.socket.destroy();
    },
    end(socket) {
      forget(nameOf(socket));
    },
    destroyAll() {
      for (const [name, { socket }] of pending) {
        socket.destroy();
        forget(name);
      }
    },
  };
}
