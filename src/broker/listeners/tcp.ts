import { createServer, type Server } from "node:net";
import type { Log } from "../../lifecycle.js";
import { boundPort, listen, type Listener, type Place } from "./listener.js";

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
        socket.on("error", ignore);
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

/** A stream without a listener for its errors throws them; that it has ended is told by `close`. */
function ignore(): void {}
