import { createServer, type Server } from "node:net";
import type { Log } from "../../lifecycle.js";
import { boundPort, ignoreErrors, listen, type Listener, type Place } from "./listener.js";

/** MQTT over plain TCP. */
export function createTcpListener(
  place: Place,
  options: { readonly maxConnections: number; readonly log: Log },
): Listener {
  let server: Server | undefined;
  return {
    async start(onStream) {
      // With Nagle's algorithm a retained message comes 40 ms after its SUBACK.
      const starting = createServer({ noDelay: true }, (socket) => {
        ignoreErrors(socket);
        onStream(socket, { transport: "tcp", address: socket.remoteAddress ?? "" });
      });
      starting.maxConnections = options.maxConnections;
      await listen(starting, place, options.log);
      server = starting;
    },
    stop() {
      server?.close();
      server = undefined;
    },
    address() {
      const port = boundPort(server);
      return port === undefined ? undefined : { transport: "tcp", host: place.host, port };
    },
  };
}
