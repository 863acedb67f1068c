import { Socket } from "node:net";
import mqtt from "mqtt";

/** What an asker of its own process measured. */
export interface Measured {
  /** Of one request after the other, in microseconds. */
  readonly medianUs: number;
  readonly p99Us: number;
  /** With 64 requests in flight. */
  readonly perSecond: number;
}

/** A separate mqtt.js client over TCP, MQTT 3.1.1, everything with QoS 1. */
export interface Asker {
  /** The reply to one title, as text. */
  ask(title: string): Promise<string>;
  measure(
    titles: () => string,
    counts: { readonly oneByOne: number; readonly inFlight: number },
  ): Promise<Measured>;
  end(): Promise<void>;
}

const window = 64;

/** Connects to the broker at a port and subscribes to its replies. */
export async function connectAsker(port: number): Promise<Asker> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4 });
  // Nagle's algorithm would add 40 ms to every other packet of a client that waits for replies.
  if (client.stream instanceof Socket) client.stream.setNoDelay(true);
  await client.subscribeAsync("earshot/bench/recommend/reply/asker", { qos: 1 });
  let onReply: (payload: Buffer) => void = () => {};
  client.on("message", (_topic, payload) => {
    onReply(payload);
  });
  const send = (title: string): void => {
    client.publish("earshot/bench/recommend/request/asker", title, { qos: 1 });
  };
  const ask = (title: string): Promise<string> =>
    new Promise((resolve) => {
      onReply = (payload) => {
        resolve(payload.toString());
      };
      send(title);
    });
  const askMany = (titles: () => string, count: number): Promise<number> =>
    new Promise((resolve) => {
      const startedMs = performance.now();
      let sent = 0;
      let received = 0;
      const sendNext = (): void => {
        if (sent === count) return;
        sent += 1;
        send(titles());
      };
      onReply = () => {
        received += 1;
        if (received === count) resolve((count / (performance.now() - startedMs)) * 1000);
        sendNext();
      };
      for (let index = 0; index < window; index += 1) sendNext();
    });
  return {
    ask,
    async measure(titles, counts) {
      const durations: number[] = [];
      for (let index = 0; index < counts.oneByOne; index += 1) {
        const startedMs = performance.now();
        await ask(titles());
        durations.push((performance.now() - startedMs) * 1000);
      }
      durations.sort((a, b) => a - b);
      const perSecond = await askMany(titles, counts.inFlight);
      const at = (share: number): number => durations[Math.floor(durations.length * share)] ?? 0;
      return { medianUs: at(0.5), p99Us: at(0.99), perSecond };
    },
    async end() {
      await client.endAsync(true);
    },
  };
}
