// A client that publishes so many retained topics, as fast as it may: node retained-flood.js PORT COUNT.
import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { connect, pingreq, publish } from "../../test/support/mqtt-bytes.js";

const [port = 0, count = 0] = process.argv.slice(2).map(Number);
const atOnce = 1000;
const pingresp = 0xd0;

const socket = connectSocket({ port, host: "127.0.0.1" });
socket.write(connect({ version: 4, clientId: "flood" }));
await once(socket, "data");
for (let first = 0; first < count; first += atOnce) {
  const messages = Array.from({ length: atOnce }, (_, index) =>
    publish({ version: 4, topic: `flood/${first + index}`, flags: 1 }),
  );
  if (!socket.write(Buffer.concat(messages))) await once(socket, "drain");
}
socket.write(pingreq);
for await (const bytes of socket) if (Buffer.from(bytes).includes(pingresp)) break;
process.send?.("done");
process.disconnect();
