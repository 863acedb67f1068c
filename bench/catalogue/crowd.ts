import { Socket } from "node:net";
import mqtt, { type MqttClient } from "mqtt";

const clients = 20;
const inFlight = 64;
const questions = 8000;

/** Asks over many connections at once, with 64 questions in flight in all. */
export async function askInParallel(
  port: number,
  question: () => string,
): Promise<{ readonly medianMs: number; readonly p99Ms: number }> {
  const crowd = await Promise.all(Array.from({ length: clients }, () => join(port)));
  const times: number[] = [];
  let asked = 0;
  const askOn = async (index: number): Promise<void> => {
    const { client, waiting } = crowd[index % clients] ?? (await join(port));
    while (asked < questions) {
      asked += 1;
      const id = `q${asked}`;
      const started = performance.now();
      const replied = new Promise<void>((resolve) => waiting.set(id, resolve));
      const request = JSON.stringify({ id, title: question() });
      client.publish(`earshot/bench/recommend/request/crowd${index % clients}`, request);
      await replied;
      times.push(performance.now() - started);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, index) => askOn(index)));
  await Promise.all(crowd.map(({ client }) => client.endAsync(true)));
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor((times.length - 1) * share)] ?? 0;
  return { medianMs: at(0.5), p99Ms: at(0.99) };
}

let joined = 0;

async function join(
  port: number,
): Promise<{ readonly client: MqttClient; readonly waiting: Map<string, () => void> }> {
  const name = `crowd${joined % clients}`;
  joined += 1;
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion: 4 });
  if (client.stream instanceof Socket) client.stream.setNoDelay(true);
  const waiting = new Map<string, () => void>();
  client.on("message", (_topic, payload) => {
    const id = /"id":"(q\d+)"/u.exec(payload.toString())?.[1] ?? "";
    waiting.get(id)?.();
    waiting.delete(id);
  });
  await client.subscribeAsync(`earshot/bench/recommend/reply/${name}`);
  return { client, waiting };
}
