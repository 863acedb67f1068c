import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { nodeTopics } from "../../src/contract/topics.js";
import { createMicService, type MicService } from "../../src/mic/mic-service.js";
import { type RecordedLog, recordLog } from "../support/logs.js";
import { makeTempFolder } from "../support/temp-folder.js";
import { createFakeArecord, recording } from "./fake-arecord.js";
import { createLocalBus, type LocalBus, type Said } from "./local-bus.js";
import { sceneWith, toPcm } from "./sounds.js";
import { createWatched } from "./watched.js";

const topics = nodeTopics({ base: "earshot", node: "test" });
const thresholdSet = topics.micThresholdSet.topic;

interface Rig {
  readonly bus: LocalBus;
  readonly dataDir: string;
  readonly log: RecordedLog;
  readonly service: MicService;
}

/** A service that is not started yet; its recorder plays a burst and goes on. */
async function setUp(t: TestContext): Promise<Rig> {
  const fake = await createFakeArecord(t);
  await fake.put("audio.wav", recording(toPcm(sceneWith([[1, -20]]))));
  await fake.become(`cat "$here/audio.wav"; exec sleep 60`);
  const bus = createLocalBus();
  const dataDir = await makeTempFolder(t);
  const log = recordLog();
  const service = createMicService({
    bus,
    topics,
    node: "test",
    config: { enabled: true, device: "default", mode: "adaptive" },
    dataDir,
    log,
    onState() {},
  });
  t.after(async () => {
    await service.stop();
    await service.settings.stop();
  });
  return { bus, dataDir, log, service };
}

/** As a node starts it. */
async function start({ settings, ...service }: MicService): Promise<void> {
  await settings.start();
  await service.start();
}

/** A rig whose microphone is off. */
async function setUpPaused(t: TestContext): Promise<Rig> {
  const rig = await setUp(t);
  await writeFile(join(rig.dataDir, "mic.json"), '{"enabled":false}');
  await start(rig.service);
  return rig;
}

const lost = new Error("the connection broke");
const readSettings = (dataDir: string): Promise<string> =>
  readFile(join(dataDir, "mic.json"), "utf8");
const lastThreshold = ({ bus }: Rig): string | undefined =>
  bus.said.all.findLast(({ topic }) => topic === topics.micThreshold.topic)?.text;

test("a setting that comes while the connection breaks is saved and told all the same", async (t) => {
  const rig = await setUpPaused(t);
  let second: Promise<void> | undefined;
  rig.bus.beforePublish = () => {
    rig.bus.beforePublish = () => {};
    second = rig.bus.deliver(thresholdSet, "21");
    throw lost;
  };
  await rig.bus.deliver(thresholdSet, "20");
  await second;
  assert.match(await readSettings(rig.dataDir), /"adaptive":21/u);
  assert.equal(lastThreshold(rig), "21");
});

test("stop releases the device while an answer waits for a broker that is gone", async (t) => {
  const { bus, service } = await setUp(t);
  await start(service);
  await bus.said.next(({ text }) => text === "listening");
  const givenUp = new AbortController();
  const held = createWatched<Said>();
  bus.beforePublish = async (said) => {
    held.add(said);
    if (!givenUp.signal.aborted) await once(givenUp.signal, "abort");
    throw lost;
  };
  const changing = bus.deliver(thresholdSet, "20");
  await held.next(({ topic }) => topic === topics.micEnabled.topic);
  const stopping = service.stop();
  while (service.state().state !== "unavailable") {
    await new Promise((resolve) => setImmediate(resolve));
  }
  givenUp.abort();
  await Promise.all([changing, stopping]);
});

test("what is set before the microphone starts holds when it does", async (t) => {
  const { bus, dataDir, service } = await setUp(t);
  await service.settings.start();
  await bus.deliver(topics.micEnabledSet.topic, "OFF");
  await service.start();
  await bus.said.next(({ topic, text }) => topic === topics.micState.topic && text === "paused");
  assert.match(await readSettings(dataDir), /"enabled":false/u);
  assert.ok(!bus.said.all.some(({ text }) => text === "listening"), "it has never listened");
});

test("messages that set nothing write nothing, and are answered by what holds", async (t) => {
  const rig = await setUpPaused(t);
  const before = await readSettings(rig.dataDir);
  const answers = rig.bus.said.all.length;
  await rig.bus.deliver(thresholdSet, "loud");
  await rig.bus.deliver(thresholdSet, "50", { retain: true });
  await rig.bus.deliver(topics.micEnabledSet.topic, "OFF");
  assert.equal(await readSettings(rig.dataDir), before);
  assert.equal(rig.bus.said.all.length, answers + 6);
  assert.equal(lastThreshold(rig), "12");
});

test("settings that cannot be read leave the microphone off, with a warning", async (t) => {
  for (const spoil of [
    (path: string) => writeFile(path, "not JSON"),
    (path: string) => writeFile(path, '{"enabled":"no"}'),
    (path: string) => mkdir(path),
  ]) {
    const { dataDir, log, service } = await setUp(t);
    await spoil(join(dataDir, "mic.json"));
    await start(service);
    assert.equal(service.state().state, "paused");
    assert.equal(log.lines.filter(({ level }) => level === "warn").length, 1);
  }
});

test("without settings the configuration holds, and nothing is warned of", async (t) => {
  const { bus, log, service } = await setUp(t);
  await start(service);
  await bus.said.next(({ text }) => text === "listening");
  assert.deepEqual(
    log.lines.filter(({ level }) => level === "warn"),
    [],
  );
});

test("files that a killed run left half written are removed", async (t) => {
  const { dataDir, service } = await setUp(t);
  const left = ["mic.json", "node.json"].map((name) => `${name}.999999999-0123abcd.tmp`);
  for (const name of [...left, "notes.tmp"]) await writeFile(join(dataDir, name), "");
  await start(service);
  assert.deepEqual(await readdir(dataDir), ["notes.tmp"]);
});

test("a peak that cannot be sent is warned of and counted", async (t) => {
  const { bus, log, service } = await setUp(t);
  const peaks = createWatched<Said>();
  bus.beforePublish = (said) => {
    if (said.topic !== topics.micPeak.topic) return;
    peaks.add(said);
    throw lost;
  };
  await start(service);
  await peaks.reach(1);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(service.statistics()["unsent_peaks"], 1);
  const warnings = log.lines.filter(({ level }) => level === "warn");
  assert.deepEqual(
    warnings.map(({ message }) => message),
    ["a peak was heard and not sent"],
  );
});
