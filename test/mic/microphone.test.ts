import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { captureTimings } from "../../src/mic/capture.js";
import type { Peak } from "../../src/mic/listener.js";
import {
  createMicrophone,
  type Microphone,
  type MicrophoneConfig,
  type MicrophoneState,
} from "../../src/mic/microphone.js";
import { createFakeArecord, type FakeArecord, recording } from "./fake-arecord.js";
import { skipWithoutArecord, useFileAsDevice } from "./real-arecord.js";
import { silentLog } from "./silent-log.js";
import { rateHz, type Signal, sceneWith, toPcm } from "./sounds.js";
import { createWatched, type Watched } from "./watched.js";

interface Rig {
  readonly microphone: Microphone;
  readonly peaks: Watched<Peak>;
  readonly levels: Watched<number>;
  readonly states: Watched<MicrophoneState>;
}

function setUp(t: TestContext, config: Partial<MicrophoneConfig> = {}): Rig {
  const peaks = createWatched<Peak>();
  const levels = createWatched<number>();
  const states = createWatched<MicrophoneState>();
  const microphone = createMicrophone({
    config: { enabled: true, device: "default", ...config },
    log: silentLog,
    onPeak: peaks.add,
    onLevel: levels.add,
    onState: states.add,
    timings: { ...captureTimings, firstRetryMs: 20, longestRetryMs: 50, graceMs: 200 },
  });
  t.after(() => microphone.stop());
  return { microphone, peaks, levels, states };
}

const isState =
  (wanted: MicrophoneState["state"]) =>
  ({ state }: MicrophoneState): boolean =>
    state === wanted;

async function playing(t: TestContext, scene: Signal): Promise<FakeArecord> {
  const fake = await createFakeArecord(t);
  await fake.put("audio.wav", recording(toPcm(scene)));
  await fake.become(`cat "$here/audio.wav"; exec sleep 60`);
  return fake;
}

const bursts = [
  [1.5, -20],
  [3, -40],
  [4.25, -6],
  [7, -30],
] as const;

function assertBursts(peaks: readonly Peak[]): void {
  assert.equal(peaks.length, bursts.length);
  for (const [index, [second, levelDb]] of bursts.entries()) {
    const peak = peaks[index];
    assert.ok(peak !== undefined);
    assert.ok(Math.abs(peak.onsetSample - second * rateHz) < 20, `onset at ${peak.onsetSample}`);
    assert.ok(Math.abs(peak.peakDb - levelDb - 3) < 2.5, `peak ${peak.peakDb} dBFS`);
    // The onset's frame holds part of the burst, at least what makes the threshold pass.
    const isWithin = peak.levelDb <= levelDb + 0.3 && peak.levelDb >= levelDb - 7;
    assert.ok(isWithin, `level ${peak.levelDb} dBFS`);
    assert.ok(Math.abs(peak.noiseFloorDb + 60) < 1, `floor ${peak.noiseFloorDb} dBFS`);
    assert.ok(Math.abs(peak.thresholdDb + 48) < 1, `threshold ${peak.thresholdDb} dBFS`);
    assert.ok(peak.durationMs >= 1 && peak.durationMs <= 47);
  }
}

test("bursts in a recording come out as exactly those peaks, with places and levels", async (t) => {
  await playing(t, sceneWith(bursts));
  const { microphone, peaks } = setUp(t);
  await microphone.start();
  assertBursts(await peaks.reach(bursts.length));
});

test(
  "the real arecord, reading a file with known bursts, gives exactly those peaks",
  { skip: skipWithoutArecord },
  async (t) => {
    const fake = await createFakeArecord(t);
    const scene = toPcm(sceneWith(bursts));
    const file = await fake.put("scene.raw", new Uint8Array(scene.buffer));
    await useFileAsDevice(t, file);
    process.env["PATH"] = (process.env["PATH"] ?? "").replace(/^[^:]*:/u, "");
    const { microphone, peaks, states } = setUp(t, { device: "ci" });
    await microphone.start();
    await states.next(isState("listening"));
    await peaks.reach(bursts.length);
    await microphone.stop();
    assertBursts(peaks.all);
  },
);

test("the time of a peak is when its sound began, counted back from the last sample", async (t) => {
  await playing(t, sceneWith([[1, -20]]));
  const { microphone, peaks } = setUp(t);
  const before = Date.now();
  await microphone.start();
  const [peak] = await peaks.reach(1);
  // The recording comes at once, so the sound lies up to a whole piece of audio before its arrival.
  assert.ok(peak !== undefined && peak.timeMs <= Date.now() && peak.timeMs > before - 2_000);
});

test("switched off it is paused and the program is gone; switched on it listens again", async (t) => {
  const fake = await playing(t, sceneWith([[1, -20]]));
  await fake.become(`echo $$ > "$here/pid"; cat "$here/audio.wav"; exec sleep 60`);
  const { microphone, states } = setUp(t);
  await microphone.start();
  await states.next(isState("listening"));
  const pid = Number(await readFile(join(fake.folder, "pid"), "utf8"));
  await microphone.setEnabled(false);
  assert.deepEqual(states.all.at(-1), { state: "paused" });
  assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
  const seen = states.all.length;
  await microphone.setEnabled(true);
  await states.next(isState("listening"), seen);
  assert.equal(microphone.status().recordings, 2);
});

test("a flood of switching ends in the last state that was asked for", async (t) => {
  await playing(t, sceneWith([[1, -20]]));
  const { microphone, states } = setUp(t, { enabled: false });
  await microphone.start();
  assert.deepEqual(states.all, [{ state: "paused" }]);
  for (let count = 0; count < 1_000; count += 1) void microphone.setEnabled(count % 2 === 0);
  await microphone.setEnabled(true);
  await states.next(isState("listening"));
  void microphone.setEnabled(true);
  await microphone.setEnabled(false);
  assert.deepEqual(microphone.status().state, { state: "paused" });
});

test("without a microphone it starts all the same, and says why and when it tries again", async (t) => {
  const fake = await createFakeArecord(t);
  await fake.become(`echo "arecord: main:831: audio open error: No such device" >&2; exit 1`);
  const { microphone, states } = setUp(t);
  await microphone.start();
  await states.next((state) => state.state === "unavailable" && state.nextTryAtMs !== undefined);
  const { state } = microphone.status();
  assert.ok(state.state === "unavailable");
  assert.match(state.reason, /no capture device default/u);
});

test("a threshold set while it listens holds at once and stays over a pause", async (t) => {
  await playing(t, sceneWith(bursts));
  const { microphone, peaks, states } = setUp(t);
  assert.equal(microphone.threshold, 12);
  assert.equal(microphone.setThreshold(38), 38);
  await microphone.start();
  await peaks.reach(1);
  await microphone.setEnabled(false);
  const seen = states.all.length;
  await microphone.setEnabled(true);
  await states.next(isState("listening"), seen);
  assert.equal(microphone.threshold, 38);
  assert.equal(microphone.setThreshold(1_000), 60);
});

test("a device string that could run a command is refused before anything starts", () => {
  for (const device of ["file:'|id',raw", "tee:hw,out.wav,wav", "hw:0;id", "plughw:1,0 -t raw"]) {
    assert.throws(
      () =>
        createMicrophone({
          config: { enabled: true, device },
          log: silentLog,
          onPeak() {},
          onLevel() {},
          onState() {},
        }),
      { code: "bad_config", message: /mic\.device/u },
    );
  }
});

test("stop is safe before a start, and twice", async (t) => {
  await playing(t, sceneWith([[1, -20]]));
  const { microphone, states } = setUp(t);
  await microphone.stop();
  assert.equal(states.all.length, 0);
  await microphone.start();
  await states.next(isState("listening"));
  await Promise.all([microphone.stop(), microphone.stop()]);
  assert.equal(states.all.at(-1)?.state, "unavailable");
});

test("megabytes of sound come in and next to nothing goes out: no sample is ever written", async (t) => {
  const fake = await playing(t, sceneWith(bursts));
  await fake.become(`
    count=0; while [ $count -lt 8 ]; do cat "$here/audio.wav"; count=$((count + 1)); done
    exec sleep 60`);
  const { microphone, peaks } = setUp(t);
  const before = await bytesMoved();
  await microphone.start();
  await peaks.reach(8 * bursts.length);
  const after = await bytesMoved();
  assert.ok(after.read - before.read > 5e6, `${after.read - before.read} bytes read`);
  assert.ok(after.written - before.written < 20_000, `${after.written - before.written} bytes`);
  for (const peak of peaks.all) {
    assert.ok(Object.values(peak).every((value) => Number.isFinite(value)));
    assert.ok(JSON.stringify(peak).length < 250);
  }
});

/** Every byte that this process has read or written by a system call, to files, pipes and sockets. */
async function bytesMoved(): Promise<{ readonly read: number; readonly written: number }> {
  const text = await readFile("/proc/self/io", "utf8");
  const count = (name: string): number =>
    Number(new RegExp(`${name}: (\\d+)`, "u").exec(text)?.[1]);
  return { read: count("rchar"), written: count("wchar") };
}
