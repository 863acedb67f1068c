// The guarded broker against bare Aedes of the same version, measured in turn: round trip and rate
// of requests through a responder inside the broker's process, a busy topic with a frozen
// subscriber, and the memory of idle connections.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { connect as connectSocket, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import mqtt from "mqtt";
import { connect, publish, subscribe } from "../../test/support/mqtt-bytes.js";
import { median, reportFigure } from "../figure.js";
import { type Asker, connectAsker, type Measured } from "../query/asker.js";

const rounds = 7;
const counts = { oneByOne: 2000, inFlight: 15_000 };
const idleConnections = 1000;
const payload = "x".repeat(200);

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
}

async function start(kind: string): Promise<Server> {
  const child = fork(fileURLToPath(new URL("guarded-server.js", import.meta.url)), [kind], {
    execArgv: ["--expose-gc"],
  });
  const [port] = await once(child, "message");
  return { child, port: Number(port) };
}

/** After the server had time to give memory back: its heap shrinks some time after a collection. */
async function residentMb({ child }: Server): Promise<number> {
  let rss = 0;
  for (let round = 0; round < 3; round += 1) {
    await setTimeout(1000);
    const answered = once(child, "message");
    child.send("memory");
    [rss] = await answered;
  }
  return Number(rss) / 1e6;
}

async function compareSpeed(): Promise<void> {
  const servers = { bare: await start("bare"), guarded: await start("guarded") };
  const askers = new Map<string, Asker>();
  const results = new Map<string, Measured[]>();
  for (const [kind, { port }] of Object.entries(servers)) {
    const asker = await connectAsker(port);
    await asker.measure(() => payload, { oneByOne: 1000, inFlight: 10_000 });
    askers.set(kind, asker);
    results.set(kind, []);
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [kind, asker] of askers) {
      results.get(kind)?.push(await asker.measure(() => payload, counts));
    }
  }
  const bare = results.get("bare") ?? [];
  const guarded = results.get("guarded") ?? [];
  const ratio = (pick: (one: Measured) => number): number =>
    median(guarded.map((one, round) => pick(one) / pick(bare[round] ?? one)));
  for (const [kind, measured] of results) {
    const broker = { broker: kind };
    reportFigure("broker", "round trip median", {
      value: median(measured.map(({ medianUs }) => medianUs)),
      unit: "us",
      ...broker,
    });
    reportFigure("broker", "rate, 64 in flight", {
      value: median(measured.map(({ perSecond }) => perSecond)),
      unit: "requests/s",
      ...broker,
    });
  }
  const roundTrip = ratio(({ medianUs }) => medianUs);
  const rate = ratio(({ perSecond }) => perSecond);
  reportFigure("broker", "round trip ratio", { value: roundTrip, unit: "x (at most 1.15)" });
  reportFigure("broker", "rate ratio", { value: rate, unit: "x (at least 0.85)" });
  for (const asker of askers.values()) await asker.end();
  for (const { child } of Object.values(servers)) child.kill();
}

/** p99 from publish to arrival at a neighbour of a subscriber that reads, and of one that does not. */
async function compareNeighbours(): Promise<void> {
  const server = await start("guarded");
  const calm = await neighbourP99Us(server.port);
  const frozen = connectSocket({ port: server.port, host: "127.0.0.1" });
  frozen.write(
    Buffer.concat([connect({ version: 4, clientId: "frozen" }), subscribe(4, ["busy/topic"])]),
  );
  await once(frozen, "data");
  frozen.pause();
  const beside = await neighbourP99Us(server.port);
  reportFigure("broker", "p99 beside a frozen subscriber", {
    value: beside / calm,
    unit: "x (at most 2)",
    calm_us: Math.round(calm),
    beside_us: Math.round(beside),
  });
  frozen.destroy();
  server.child.kill();
}

async function neighbourP99Us(port: number): Promise<number> {
  const neighbour = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`);
  await neighbour.subscribeAsync("busy/topic");
  const publisher = connectSocket({ port, host: "127.0.0.1", noDelay: true });
  publisher.write(connect({ version: 4, clientId: `publisher-${Math.random()}` }));
  const message = publish({ version: 4, topic: "busy/topic", payload: "x".repeat(16_000) });
  const times: number[] = [];
  for (let count = 0; count < 2000; count += 1) {
    const startedMs = performance.now();
    const arrived = new Promise((resolve) => {
      neighbour.once("message", resolve);
    });
    publisher.write(message);
    await arrived;
    times.push((performance.now() - startedMs) * 1000);
  }
  publisher.destroy();
  await neighbour.endAsync(true);
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
}

async function measureIdle(): Promise<void> {
  const server = await start("guarded");
  const before = await residentMb(server);
  const sockets: Socket[] = [];
  for (let count = 0; count < idleConnections; count += 1) {
    const socket = connectSocket({ port: server.port, host: "127.0.0.1" });
    socket.write(connect({ version: 5, clientId: `idle-${count}` }));
    await once(socket, "data");
    sockets.push(socket);
  }
  const value = (await residentMb(server)) - before;
  reportFigure("broker", "1000 idle connections", { value, unit: "MB (at most 40)" });
  for (const socket of sockets) socket.destroy();
  server.child.kill();
}

await compareSpeed();
await compareNeighbours();
await measureIdle();
