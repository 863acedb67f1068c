import { createEmbeddedBroker } from "../../src/broker/embedded.js";
import { recordLog } from "./logs.js";
import type { Cleanup } from "./temp-folder.js";

/** A broker on which a test may speak in a node's name, which a node's own broker does not allow. */
export interface OpenBroker {
  readonly port: number;
  /** Settings of a node that uses it. */
  readonly env: NodeJS.ProcessEnv;
  readonly stop: () => Promise<void>;
}

/** Starts it in the test's own process; it ends with the test. */
export async function startOpenBroker(t: Cleanup): Promise<OpenBroker> {
  const broker = createEmbeddedBroker({ host: "127.0.0.1", port: 0, log: recordLog() });
  t.after(() => broker.stop());
  await broker.start();
  const port = broker.address()?.port ?? 0;
  const env = { EARSHOT_BROKER_MODE: "external", EARSHOT_MQTT_URL: `mqtt://127.0.0.1:${port}` };
  return { port, env, stop: () => broker.stop() };
}
