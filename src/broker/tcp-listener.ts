import { createServer, type Server } from "node:net";
import { EarshotError, messageOf } from "../errors.js";
import type { Listeners } from "./parts.js";
import { findPortOwner } from "./port-owner.js";

/**
 * Listens for plain MQTT on TCP.
 *
 * @param options port 0 takes a free one
 */
export function createTcpListener(options: {
  readonly host: string;
  readonly port: number;
}): Listeners {
  let server: Server | undefined;
  return {
    async start(onStream) {
      const listening = createServer({ noDelay: true, keepAlive: true }, (socket) => {
        onStream(socket, { transport: "tcp", address: socket.remoteAddress ?? "" });
      });
      await listen(listening, options);
      server = listening;
    },
    async stop() {
      const listening = server;
      server = undefined;
      if (listening === undefined) return;
      await new Promise<void>((resolve) => {
        listening.close(() => {
          resolve();
        });
      });
    },
    addresses() {
      const bound = server?.address();
      return typeof bound === "object" && bound !== null
        ? [{ transport: "tcp", host: options.host, port: bound.port }]
        : [];
    },
  };
}

async function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  const listening = new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, resolve);
  });
  try {
    await listening;
  } catch (cause) {
    throw explainListenError(cause, { host, port });
  }
}

function explainListenError(
  cause: unknown,
  { host, port }: { readonly host: string; readonly port: number },
): EarshotError {
  const code: unknown = cause instanceof Error ? Reflect.get(cause, "code") : undefined;
  if (code === "EADDRINUSE") {
    const owner = findPortOwner(port) ?? "another program (it may be Mosquitto)";
    return new EarshotError(
      "port_taken",
      `port ${port} is already taken by ${owner}. Either give Earshot another port ` +
        `(broker.port, for instance --broker.port ${port + 1}), or let it use the broker that is ` +
        `there (broker.mode: external with mqtt.url: mqtt://127.0.0.1:${port})`,
      { cause },
    );
  }
  const hint =
    code === "EACCES" ? "; ports below 1024 need root, choose a higher one" : "; check broker.host";
  return new EarshotError(
    "bad_config",
    `the broker cannot listen on ${host}:${port}: ${messageOf(cause)}${hint}`,
    { cause },
  );
}
