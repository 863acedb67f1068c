// From the start of the program to its complete discovery message at a client of the broker, on
// Mosquitto: the first start, which builds the starter catalogue, and later ones.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt from "mqtt";
import { programRoot } from "../../src/program.js";
import { median, reportFigure } from "../figure.js";

const port = 18_830;
const url = `mqtt://127.0.0.1:${port}`;
const topic = "homeassistant/device/earshot_bench/config";
const laterStarts = 5;

const folder = await mkdtemp(join(tmpdir(), "earshot-bench-"));
const config = join(folder, "mosquitto.conf");
await writeFile(config, `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
const broker = spawn("mosquitto", ["-c", config], {
  env: { ...process.env, PATH: `${process.env["PATH"]}:/usr/sbin` },
  stdio: "ignore",
});
try {
  await Promise.race([
    once(broker, "spawn"),
    once(broker, "error").then(([error]) => Promise.reject(error)),
  ]);
  const home = await mqtt.connectAsync(url, { reconnectPeriod: 200 });
  await home.subscribeAsync(topic, { qos: 1 });
  reportFigure("home-assistant", "first start to discovery", {
    value: await measureStart(home),
    unit: "ms",
    broker: "mosquitto",
  });
  const times: number[] = [];
  while (times.length < laterStarts) times.push(await measureStart(home));
  reportFigure("home-assistant", "start to discovery", {
    value: median(times),
    unit: "ms",
    slowest: Math.round(Math.max(...times)),
    starts: laterStarts,
    broker: "mosquitto",
  });
  await home.endAsync(true);
} catch (error) {
  process.stderr.write(`skipped: ${String(error)}\n`);
} finally {
  broker.kill();
  await rm(folder, { recursive: true, force: true });
}

/** Starts the program once and gives the time until its message is here, in milliseconds. */
async function measureStart(home: mqtt.MqttClient): Promise<number> {
  const message = new Promise<void>((resolve) => {
    const take = (_topic: string, payload: Buffer): void => {
      // Ends in the last brace: complete. The retained one of the last start came long ago.
      JSON.parse(payload.toString("utf8"));
      home.off("message", take);
      resolve();
    };
    home.on("message", take);
  });
  const begin = performance.now();
  const node = startNode();
  await message;
  const tookMs = performance.now() - begin;
  node.kill("SIGTERM");
  await once(node, "exit");
  return tookMs;
}

function startNode(): ChildProcess {
  return spawn(process.execPath, [join(programRoot, "dist/src/main.js"), "start"], {
    env: {
      PATH: process.env["PATH"],
      EARSHOT_NODE_ID: "bench",
      EARSHOT_DATA_DIR: join(folder, "data"),
      EARSHOT_BROKER_MODE: "external",
      EARSHOT_MQTT_URL: url,
    },
    stdio: "ignore",
  });
}
