import assert from "node:assert/strict";
import { cp, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { infoSchema, type PeakEvent, peakSchema } from "../../src/contract/state.js";
import {
  createFakeArecord,
  type FakeArecord,
  hideArecord,
  recording,
} from "../mic/fake-arecord.js";
import { skipWithoutArecord, useFileAsDevice } from "../mic/real-arecord.js";
import { rateHz, sceneWith, toPcm } from "../mic/sounds.js";
import { needMosquitto, startMosquitto } from "../support/mosquitto.js";
import { connectTestClient, type TestClient } from "../support/mqtt-client.js";
import { startNodeHere } from "../support/node-here.js";
import type { NodePlace } from "../support/node-process.js";
import { makeTempFolder } from "../support/temp-folder.js";

const topic = (level: string): string => `earshot/test/${level}`;

/** Bursts of 0.5 s at -60 dBFS of background: second and level. */
const bursts = [
  [1.5, -20],
  [3, -40],
  [4.25, -6],
  [7, -30],
] as const;

interface Ears {
  readonly node: NodePlace;
  readonly client: TestClient;
  readonly peaks: () => Promise<PeakEvent>;
}

/** A node with ears that are switched off until a client has subscribed to what they hear. */
async function startPaused(t: TestContext, env: NodeJS.ProcessEnv = {}): Promise<Ears> {
  const dataDir = await makeTempFolder(t);
  await writeFile(join(dataDir, "mic.json"), '{"enabled":false}');
  const node = await startNodeHere(t, {
    EARSHOT_DATA_DIR: dataDir,
    EARSHOT_MIC_ENABLED: "true",
    EARSHOT_RECOMMENDER_ENABLED: "false",
    ...env,
  });
  const client = await connectTestClient(t, node.port);
  await client.subscribe(topic("mic/#"));
  await client.subscribe(topic("ask/state"));
  await state(client, "mic/state", "paused");
  const peaks = async (): Promise<PeakEvent> => {
    const message = await client.next((seen) => seen.topic === topic("mic/peak"));
    assert.ok(!message.retain, "a peak is never retained");
    return peakSchema.parse(JSON.parse(message.text));
  };
  return { node, client, peaks };
}

async function state(client: TestClient, level: string, text: string): Promise<void> {
  await client.next((seen) => seen.topic === topic(level) && seen.text === text);
}

/** A recorder that plays a file in real time and then does as the script says. */
async function playInRealTime(fake: FakeArecord, after: string): Promise<void> {
  await fake.put("pacer.mjs", pacer);
  await fake.become(`${process.execPath} "$here/pacer.mjs" "$here/audio.wav"; ${after}`);
}

const pacer = `
import { readFileSync, writeSync } from "node:fs";
const bytes = readFileSync(process.argv[2]);
const size = ${rateHz / 4};
let at = 0;
const next = () => {
  writeSync(1, bytes.subarray(at, at + size));
  at += size;
  if (at < bytes.length) setTimeout(next, Math.max(0, start + (at / size) * 125 - performance.now()));
};
const start = performance.now();
next();
`;

test(
  "real arecord reads a file with known bursts, and another client gets exactly those events",
  { skip: skipWithoutArecord },
  async (t) => {
    const scene = toPcm(sceneWith(bursts));
    const file = join(await makeTempFolder(t), "scene.raw");
    await writeFile(file, new Uint8Array(scene.buffer));
    await useFileAsDevice(t, file);
    const { client, peaks } = await startPaused(t, { EARSHOT_MIC_DEVICE: "ci" });
    await client.publish(topic("mic/enabled/set"), "ON");
    await state(client, "mic/state", "listening");
    const ids = new Set<string>();
    for (const [, levelDb] of bursts) {
      const event = await peaks();
      assert.equal(event.node, "test");
      assert.ok(
        Math.abs(event.peak_db - levelDb - 3) < 2.5,
        `peak ${event.peak_db} for ${levelDb}`,
      );
      const isWithin = event.level_db <= levelDb + 0.3 && event.level_db >= levelDb - 7;
      assert.ok(isWithin, `level ${event.level_db} for ${levelDb}`);
      assert.ok(Math.abs(event.noise_floor_db + 60) < 1);
      assert.ok(Math.abs(event.threshold_db + 48) < 1);
      ids.add(event.id);
    }
    assert.equal(ids.size, bursts.length);
    await client.publish(topic("mic/enabled/set"), "OFF");
    await state(client, "mic/state", "paused");
    assert.ok(!client.seen.some((seen) => seen.topic === topic("mic/peak")), "no event too many");
  },
);

test("megabytes are heard, and neither a message nor a file holds more than an event", async (t) => {
  const fake = await createFakeArecord(t);
  const pcm = toPcm(sceneWith(bursts));
  await fake.put("audio.wav", recording(pcm));
  await fake.become(`cat "$here/audio.wav" "$here/audio.wav" "$here/audio.wav"; exec sleep 60`);
  const { node, client, peaks } = await startPaused(t);
  await client.subscribe("#");
  const longest = { bytes: 0 };
  client.client.on("message", (_topic, payload) => {
    longest.bytes = Math.max(longest.bytes, payload.length);
  });
  const before = await bytesBelow(node.dataDir);
  await client.publish(topic("mic/enabled/set"), "ON");
  for (let heard = 0; heard < bursts.length * 3; heard += 1) await peaks();
  assert.ok(longest.bytes > 100 && longest.bytes < 2048, `${longest.bytes} bytes in one message`);
  const grown = (await bytesBelow(node.dataDir)) - before;
  // A recording has hundreds of thousands; the broker takes down what is retained.
  assert.ok(grown < 8192, `${grown} bytes more on the disk`);
});

/** Of all files there; one that is renamed or removed meanwhile, as a half-written one is, has none. */
async function bytesBelow(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true });
  const sizes = await Promise.all(names.map(async (name) => sizeOf(join(folder, name))));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return 0;
    throw error;
  }
}

test("in real time the events carry the times of the sounds", async (t) => {
  const fake = await createFakeArecord(t);
  const sounds = [
    [1, -20],
    [2.1, -10],
  ] as const;
  await fake.put("audio.wav", recording(toPcm(sceneWith(sounds).subarray(0, 3 * rateHz))));
  await playInRealTime(fake, "exec sleep 60");
  const { client, peaks } = await startPaused(t);
  await client.publish(topic("mic/enabled/set"), "ON");
  const first = await peaks();
  const second = await peaks();
  const apartMs = Date.parse(second.time) - Date.parse(first.time);
  assert.ok(Math.abs(apartMs - 1100) < 250, `${apartMs} ms apart`);
  assert.ok(Math.abs(Date.parse(second.time) - Date.now()) < 5000);
});

test("a microphone that is unplugged and plugged in again is said and found again", async (t) => {
  const fake = await createFakeArecord(t);
  await fake.put("audio.wav", recording(toPcm(sceneWith([[1, -20]]).subarray(0, 2 * rateHz))));
  await fake.become(
    `cat "$here/audio.wav"; echo "arecord: pcm_read:2221: read error: No such device" >&2; exit 1`,
  );
  const env = { EARSHOT_RECOMMENDER_ENABLED: "true" };
  const { client, peaks } = await startPaused(t, env);
  await client.subscribe(topic("info"));
  await client.publish(topic("mic/enabled/set"), "ON");
  await peaks();
  await state(client, "mic/state", "unavailable");
  const { text } = await client.next(
    (seen) => seen.topic === topic("info") && seen.text.includes("next_try_at"),
  );
  const { mic } = infoSchema.parse(JSON.parse(text));
  assert.equal(mic?.state, "unavailable");
  assert.ok((mic.reason ?? "").length > 10, mic.reason);
  await fake.become(`cat "$here/audio.wav"; exec sleep 60`);
  await state(client, "mic/state", "listening");
  await peaks();
  await client.subscribe("earshot/test/recommend/reply/me");
  await client.publish("earshot/test/recommend/request/me", "Bohemian Rhapsody");
  await client.next((seen) => seen.topic.endsWith("reply/me"));
});

test("without arecord the node starts, says why it is deaf, and answers titles", async (t) => {
  hideArecord(t);
  const node = await startNodeHere(t, { EARSHOT_MIC_ENABLED: "true" });
  const client = await connectTestClient(t, node.port);
  await client.subscribe("earshot/test/#");
  await client.next((seen) => seen.topic === topic("mic/state") && seen.text === "unavailable");
  const { text } = await client.next(
    (seen) => seen.topic === topic("info") && seen.text.includes("alsa-utils"),
  );
  assert.ok(infoSchema.parse(JSON.parse(text)).roles.includes("mic"));
  await client.publish("earshot/test/recommend/request/me", "Bohemian Rhapsody");
  await client.next((seen) => seen.topic.endsWith("reply/me"));
});

test("what is set is clamped, answered by the new state, and kept over a restart", async (t) => {
  const { node, client } = await startPaused(t);
  await state(client, "mic/threshold", "12");
  await client.publish(topic("mic/threshold/set"), "20.5");
  await state(client, "mic/threshold", "20.5");
  await client.publish(topic("mic/threshold/set"), "1000");
  await state(client, "mic/threshold", "60");
  for (const wrong of ["loud", "", "NaN", "Infinity", "1e999", "{}", "x".repeat(100_000), "0x10"]) {
    await client.publish(topic("mic/threshold/set"), wrong);
    await state(client, "mic/threshold", "60");
  }
  await client.publish(topic("mic/threshold/set"), "15");
  await state(client, "mic/threshold", "15");
  for (const wrong of ["on", "1", "true"]) {
    await client.publish(topic("mic/enabled/set"), wrong);
    await state(client, "mic/enabled", "OFF");
  }
  // What is in its files while it runs is what a node that is killed would leave.
  const left = await makeTempFolder(t);
  await cp(node.dataDir, left, { recursive: true });
  const again = await startNodeHere(t, {
    EARSHOT_DATA_DIR: left,
    EARSHOT_MIC_ENABLED: "true",
  });
  const late = await connectTestClient(t, again.port);
  await late.subscribe(topic("mic/#"));
  await state(late, "mic/threshold", "15");
  await state(late, "mic/enabled", "OFF");
});

test("a flood of settings ends in the last one, and the node goes on answering", async (t) => {
  const { client } = await startPaused(t, { EARSHOT_RECOMMENDER_ENABLED: "true" });
  const count = 400;
  const sent = Array.from({ length: count }, (_, index) =>
    client.publish(topic("mic/threshold/set"), String(3 + (index % 50))),
  );
  await client.subscribe("earshot/test/recommend/reply/me");
  await client.publish("earshot/test/recommend/request/me", "Bohemian Rhapsody");
  await client.next((seen) => seen.topic.endsWith("reply/me"));
  await Promise.all(sent);
  await client.publish(topic("mic/threshold/set"), "59");
  await state(client, "mic/threshold", "59");
  const answers = client.seen.filter((seen) => seen.topic === topic("mic/threshold")).length;
  assert.ok(answers < count, `${answers} answers for ${count} settings`);
});

test("a setting that was retained sets nothing when the node comes", async (t) => {
  if (!needMosquitto(t, "mosquitto")) return;
  const port = await startMosquitto(t);
  const client = await connectTestClient(t, port);
  await client.publish(topic("mic/threshold/set"), "50", { retain: true });
  await client.subscribe(topic("mic/#"));
  hideArecord(t);
  const node = await startNodeHere(t, {
    EARSHOT_BROKER_MODE: "external",
    EARSHOT_MQTT_URL: `mqtt://127.0.0.1:${port}`,
    EARSHOT_MIC_ENABLED: "true",
  });
  await state(client, "mic/threshold", "12");
  await client.publish(topic("mic/threshold/set"), "13");
  await state(client, "mic/threshold", "13");
  assert.ok(
    !client.seen.some(({ topic: seen, text }) => seen === topic("mic/threshold") && text === "50"),
  );
  assert.ok(node.log.some((line) => line.includes("retained")));
});

test("a peak opens the question, a request closes it, and so does time", async (t) => {
  const fake = await createFakeArecord(t);
  await fake.put("audio.wav", recording(toPcm(sceneWith([[1, -20]]).subarray(0, 2 * rateHz))));
  await fake.become(`cat "$here/audio.wav"; exec sleep 60`);
  const { client, peaks } = await startPaused(t);
  await state(client, "ask/state", "idle");
  await client.publish(topic("mic/enabled/set"), "ON");
  await peaks();
  await state(client, "ask/state", "waiting");
  await client.publish("earshot/any/recommend/request/me", "Bohemian Rhapsody");
  await state(client, "ask/state", "idle");

  const brief = await startPaused(t, { EARSHOT_ASK_WINDOW_MS: "300" });
  await state(brief.client, "ask/state", "idle");
  await brief.client.publish(topic("mic/enabled/set"), "ON");
  await state(brief.client, "ask/state", "waiting");
  await state(brief.client, "ask/state", "idle");
});

test("in quiet hours nothing is told", async (t) => {
  const fake = await createFakeArecord(t);
  await fake.put("audio.wav", recording(toPcm(sceneWith([[1, -20]]).subarray(0, 3 * rateHz))));
  await playInRealTime(fake, "exec sleep 60");
  const hour = new Date().getHours();
  const two = (value: number): string => String((value + 24) % 24).padStart(2, "0");
  const quiet = `${two(hour - 1)}:00-${two(hour + 2)}:00`;
  const { client } = await startPaused(t, { EARSHOT_MIC_QUIET_HOURS: quiet });
  await client.publish(topic("mic/enabled/set"), "ON");
  // The second level, at two seconds, comes after the sound at one second.
  await client.next((seen) => seen.topic === topic("mic/level"));
  await client.next((seen) => seen.topic === topic("mic/level"));
  assert.ok(!client.seen.some((seen) => seen.topic === topic("mic/peak")));
  assert.ok(!client.seen.some(({ text }) => text === "waiting"));
});
