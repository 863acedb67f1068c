import { createEmbeddedBroker } from "../../src/broker/embedded.js";
import { createPersistence } from "../../src/broker/persistence/persistence.js";

/**
 * The process that the kill run kills: the node's broker with its persistence in the folder given,
 * and queues as long as they get. Tells its parent the port, and ends with it.
 */
const quiet = { debug() {}, info() {}, warn() {}, error: console.error };
const unlimited = Number.MAX_SAFE_INTEGER;
const broker = createEmbeddedBroker({
  host: "127.0.0.1",
  port: 0,
  log: quiet,
  limits: { publishesPerSecond: unlimited, bytesPerSecond: unlimited },
  persistence: createPersistence({
    dir: process.argv[2],
    limits: { queuedMessages: unlimited, queuedBytes: unlimited, queuedBytesInAll: unlimited },
    log: quiet,
  }),
});
process.on("disconnect", () => process.exit(0));
await broker.start();
process.send?.({ port: broker.address()?.port });
