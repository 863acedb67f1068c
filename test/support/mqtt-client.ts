import type { Cleanup } from "./temp-folder.js";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";

/** A message as a test sees it. */
export interface SeenMessage {
  readonly topic: string;
  readonly text: string;
  readonly retain: boolean;
  readonly correlationData: Buffer | undefined;
}

/** A real mqtt.js client that remembers what it gets. */
export interface TestClient {
  readonly client: MqttClient;
  readonly seen: readonly SeenMessage[];
  /** The first message, past or to come, that a predicate accepts; taken out of `seen`. */
  next(accepts: (message: SeenMessage) => boolean): Promise<SeenMessage>;
  publish(topic: string, payload: string | Buffer, options?: object): Promise<void>;
  subscribe(filter: string): Promise<void>;
  /** Resolves when the connection has ended. */
  closed(): Promise<void>;
}

const waitMs = 15_000;

/** Connects to a broker on this machine; the connection ends with the test. */
export async function connectTestClient(
  t: Cleanup,
  port: number,
  options: IClientOptions = {},
): Promise<TestClient> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, {
    protocolVersion: 4,
    reconnectPeriod: 0,
    ...options,
  });
  t.after(() => client.endAsync(true));
  client.on("error", () => {});
  const seen: SeenMessage[] = [];
  const waiting = new Set<() => void>();
  client.on("message", (topic, payload, packet) => {
    seen.push({
      topic,
      text: payload.toString("utf8"),
      retain: packet.retain,
      correlationData: packet.properties?.correlationData,
    });
    for (const check of waiting) check();
  });
  return {
    client,
    seen,
    next: (accepts) => nextMessage({ seen, waiting }, accepts),
    async publish(topic, payload, publishOptions) {
      await client.publishAsync(topic, payload, { qos: 1, ...publishOptions });
    },
    async subscribe(filter) {
      await client.subscribeAsync(filter, { qos: 1 });
    },
    closed: () =>
      new Promise((resolve) => {
        if (client.connected) client.once("close", resolve);
        else resolve();
      }),
  };
}

function nextMessage(
  inbox: { readonly seen: SeenMessage[]; readonly waiting: Set<() => void> },
  accepts: (message: SeenMessage) => boolean,
): Promise<SeenMessage> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      inbox.waiting.delete(check);
      const topics = inbox.seen.map((message) => message.topic).join(", ");
      reject(new Error(`the awaited message did not come within ${waitMs} ms; seen: ${topics}`));
    }, waitMs);
    const check = (): void => {
      const index = inbox.seen.findIndex(accepts);
      if (index === -1) return;
      const [message] = inbox.seen.splice(index, 1);
      clearTimeout(timer);
      inbox.waiting.delete(check);
      if (message !== undefined) resolve(message);
    };
    inbox.waiting.add(check);
    check();
  });
}
