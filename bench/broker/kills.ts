import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { createDeferred } from "../../src/deferred.js";
import mqtt, { type IClientOptions, type MqttClient } from "mqtt";

/** What a kill run found; all but the first five must be empty or 0. */
export interface KillReport {
  readonly kills: number;
  readonly acknowledged: number;
  readonly received: number;
  /** Messages that came more than once, which QoS 1 allows. */
  readonly repeated: number;
  /** From the start of the process to the first client, in milliseconds, the slowest. */
  readonly slowestStartMs: number;
  /** Numbers whose PUBACK came, and that never reached the subscriber. */
  readonly lost: readonly number[];
  /** Numbers that came after a higher one had come. */
  readonly outOfOrder: readonly number[];
  /** Numbers from before its connection that a clean session got. */
  readonly leaked: readonly number[];
  /** Restarts after which a retained message was older than its last PUBACK. */
  readonly staleRetained: number;
  /** Restarts after which the subscriber's session was gone. */
  readonly lostSessions: number;
}

export interface KillOptions {
  /** An empty folder for the broker. */
  readonly folder: string;
  readonly kills: number;
  /** A broker is killed at a PUBACK, after at most so many. */
  readonly maxAcknowledged: number;
}

const brokerFile = fileURLToPath(new URL("kill-broker.js", import.meta.url));
const messagesInFlight = 40;
const stream = "kill/stream";
const latest = "kill/latest";

/**
 * Kills a broker with SIGKILL again and again while a publisher sends numbered messages with QoS 1.
 *
 * A subscriber with a session is there in every second life, every other time until it has all that
 * waited for it, and away in the others. The publisher never sends a number twice, so that order can
 * be judged: numbers without PUBACK may be missing.
 *
 * A kill is no power cut: what was written and not synced survives it.
 */
export async function runKills({
  folder,
  kills,
  maxAcknowledged,
}: KillOptions): Promise<KillReport> {
  const traffic = createTraffic();
  let slowestStartMs = 0;
  for (let life = 0; life < kills; life += 1) {
    const startedMs = performance.now();
    const broker = await startBroker(folder);
    const clients = await connectAll(broker.port, traffic, { isSubscriberThere: life % 2 === 0 });
    slowestStartMs = Math.max(slowestStartMs, performance.now() - startedMs);
    if (life % 4 === 0) await traffic.catchUp(clients.publisher);
    const publishing = traffic.publish(clients.publisher);
    await publishing.acknowledged(Math.ceil(maxAcknowledged * Math.random()));
    broker.child.kill("SIGKILL");
    await once(broker.child, "exit");
    await publishing.stop();
    endAll(clients);
  }
  const broker = await startBroker(folder);
  const clients = await connectAll(broker.port, traffic, { isSubscriberThere: true });
  await traffic.catchUp(clients.publisher);
  endAll(clients);
  broker.child.kill("SIGKILL");
  await once(broker.child, "exit");
  return { kills, slowestStartMs: Math.round(slowestStartMs), ...traffic.report() };
}

function endAll({ subscriber, clean, publisher }: Clients): void {
  for (const client of [subscriber, clean, publisher]) client?.end(true);
}

interface RunningBroker {
  readonly child: ChildProcess;
  readonly port: number;
}

async function startBroker(folder: string): Promise<RunningBroker> {
  const child = fork(brokerFile, [folder]);
  const [message]: unknown[] = await once(child, "message");
  const port: unknown =
    typeof message === "object" && message !== null ? Reflect.get(message, "port") : undefined;
  if (typeof port !== "number") throw new Error("the broker did not tell its port");
  return { child, port };
}

type Traffic = ReturnType<typeof createTraffic>;

interface Clients {
  readonly subscriber: MqttClient | undefined;
  readonly clean: MqttClient;
  readonly publisher: MqttClient;
}

async function connectAll(
  port: number,
  traffic: Traffic,
  { isSubscriberThere }: { readonly isSubscriberThere: boolean },
): Promise<Clients> {
  const subscriber = isSubscriberThere ? await connectSubscriber(port, traffic) : undefined;
  const onCleanMessage = traffic.expectOfClean();
  const clean = await connect(port, { clientId: "clean", clean: true }, onCleanMessage);
  await clean.client.subscribeAsync([stream, latest], { qos: 1 });
  const publisher = await connect(port, { clientId: "publisher", clean: true }, () => {});
  return { subscriber, clean: clean.client, publisher: publisher.client };
}

async function connectSubscriber(port: number, traffic: Traffic): Promise<MqttClient> {
  const options = { clientId: "subscriber", clean: false };
  const { client, sessionPresent } = await connect(port, options, traffic.receive);
  if (traffic.hasBegun() && !sessionPresent) traffic.sessionWasLost();
  if (!traffic.hasBegun()) await client.subscribeAsync(stream, { qos: 1 });
  return client;
}

/** A session's messages may come with the CONNACK, so whoever takes them is there from the start. */
async function connect(
  port: number,
  options: IClientOptions,
  onMessage: (topic: string, payload: Buffer) => void,
): Promise<{ readonly client: MqttClient; readonly sessionPresent: boolean }> {
  const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0, ...options });
  client.on("error", () => {});
  client.on("message", onMessage);
  const sessionPresent = await new Promise<boolean>((resolve, reject) => {
    client.once("connect", (connack) => {
      resolve(connack.sessionPresent);
    });
    client.once("close", () => {
      reject(new Error("the broker refused the connection"));
    });
  });
  return { client, sessionPresent };
}

/** The numbers that were sent, acknowledged and received, over all lives of the broker. */
function createTraffic() {
  let sent = 0;
  let retainedAcknowledged = 0;
  let retainedSent = 0;
  let highest = 0;
  let repeated = 0;
  let staleRetained = 0;
  let lostSessions = 0;
  const acknowledged = new Set<number>();
  const received = new Set<number>();
  const outOfOrder: number[] = [];
  const leaked: number[] = [];
  const waiting: { readonly number: number; readonly done: () => void }[] = [];

  const receive = (topic: string, payload: Buffer): void => {
    if (topic !== stream) return;
    const number = Number(payload.toString());
    if (received.has(number)) repeated += 1;
    else if (number < highest) outOfOrder.push(number);
    received.add(number);
    highest = Math.max(highest, number);
    for (const wait of waiting) if (wait.number === number) wait.done();
  };

  return {
    receive,
    hasBegun: () => sent > 0,
    sessionWasLost() {
      lostSessions += 1;
    },
    /** What a clean session may get from now on: only what is sent from now on, and what is retained. */
    expectOfClean() {
      const before = sent;
      const least = retainedAcknowledged;
      let hasLatest = false;
      return (topic: string, payload: Buffer): void => {
        const number = Number(payload.toString());
        if (topic === stream && number <= before) leaked.push(number);
        if (topic !== latest || hasLatest) return;
        hasLatest = true;
        if (number < least) staleRetained += 1;
      };
    },
    publish(client: MqttClient) {
      const over = new AbortController();
      const enough = createDeferred<void>();
      let count = 0;
      let wanted = 0;
      const gone = new Promise<void>((resolve) => {
        client.once("close", resolve);
      });
      const sendNumbers = async (): Promise<void> => {
        while (!over.signal.aborted) {
          sent += 1;
          const number = sent;
          await client.publishAsync(stream, `${number}`, { qos: 1 });
          acknowledged.add(number);
          count += 1;
          if (count === wanted) enough.resolve();
        }
      };
      const sendRetained = async (): Promise<void> => {
        while (!over.signal.aborted) {
          retainedSent += 1;
          const number = retainedSent;
          await client.publishAsync(latest, `${number}`, { qos: 1, retain: true });
          retainedAcknowledged = number;
        }
      };
      for (let lane = 0; lane < messagesInFlight; lane += 1) sendNumbers().catch(() => {});
      sendRetained().catch(() => {});
      return {
        /** Resolves at that PUBACK. */
        async acknowledged(messages: number) {
          wanted = messages;
          await enough.promise;
        },
        async stop() {
          over.abort();
          await gone;
        },
      };
    },
    /** Sends one more number and waits until it has come, behind all others. */
    async catchUp(client: MqttClient) {
      sent += 1;
      const last = sent;
      const arrived = new Promise<void>((done) => {
        waiting.push({ number: last, done });
      });
      await client.publishAsync(stream, `${last}`, { qos: 1 });
      await arrived;
      acknowledged.add(last);
    },
    report: () => ({
      acknowledged: acknowledged.size,
      received: received.size,
      repeated,
      lost: [...acknowledged].filter((number) => !received.has(number)),
      outOfOrder,
      leaked,
      staleRetained,
      lostSessions,
    }),
  };
}
