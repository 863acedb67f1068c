import assert from "node:assert/strict";
import { test } from "node:test";
import {
  createDetector,
  type Detector,
  type SoundEnd,
  type SoundOnset,
} from "../../src/mic/detector.js";
import type { DetectorOptions } from "../../src/mic/detector-options.js";
import {
  atLevel,
  clap,
  createRandom,
  mixInto,
  music,
  noise,
  rateHz,
  room,
  type Signal,
  sine,
  speech,
  toPcm,
} from "./sounds.js";

const frameMs = (2_048 * 1000) / rateHz;

interface Heard {
  readonly detector: Detector;
  readonly onsets: SoundOnset[];
  readonly ends: SoundEnd[];
}

function listen(options: Partial<DetectorOptions> = {}): Heard {
  const onsets: SoundOnset[] = [];
  const ends: SoundEnd[] = [];
  const detector = createDetector({
    options,
    onOnset: (onset) => onsets.push(onset),
    onEnd: (end) => ends.push(end),
  });
  return { detector, onsets, ends };
}

function hear(scene: Signal, options: Partial<DetectorOptions> = {}): Heard {
  const heard = listen(options);
  heard.detector.push(toPcm(scene));
  return heard;
}

/** A room with a tone burst at each of these seconds. */
function roomWithBursts(starts: readonly number[], levelDb = -20, seconds = 0.3): Signal {
  const scene = room(8);
  const burst = atLevel(sine(seconds, 1_000), levelDb);
  for (const start of starts) mixInto(scene, burst, start * rateHz);
  return scene;
}

function assertClose(actual: number | undefined, expected: number, tolerance: number): void {
  assert.ok(
    actual !== undefined && Math.abs(actual - expected) <= tolerance,
    `${actual} is not within ${tolerance} of ${expected}`,
  );
}

test("a burst is one event with its place, levels and the length heard so far", () => {
  const { onsets } = hear(roomWithBursts([2]));
  assert.equal(onsets.length, 1);
  const [onset] = onsets;
  assertClose(onset?.onsetSample, 2 * rateHz, 12);
  assertClose(onset?.noiseFloorDb, -60, 0.5);
  assertClose(onset?.thresholdDb, -48, 0.5);
  assertClose(onset?.peakDb, -17, 0.5);
  assert.ok((onset?.durationMs ?? 0) > 0 && (onset?.durationMs ?? 0) <= frameMs);
});

test("the event is told with the frame that holds the onset, not later", () => {
  const scene = toPcm(roomWithBursts([2]));
  const { detector, onsets } = listen();
  const onsetFrameEnd = Math.ceil((2 * rateHz) / 2_048) * 2_048;
  detector.push(scene.subarray(0, onsetFrameEnd - 1));
  assert.equal(onsets.length, 0);
  detector.push(scene.subarray(onsetFrameEnd - 1, onsetFrameEnd));
  assert.equal(onsets.length, 1);
});

test("the end of a sound carries its whole length and its loudest levels", () => {
  const { onsets, ends } = hear(roomWithBursts([2], -20, 0.7));
  assert.equal(ends.length, 1);
  assert.equal(ends[0]?.onsetSample, onsets[0]?.onsetSample);
  assertClose(ends[0]?.durationMs, 700, frameMs);
  assertClose(ends[0]?.levelDb, -20, 0.2);
});

test("the pieces in which the samples arrive do not change the events", () => {
  const scene = toPcm(roomWithBursts([1, 3, 5.5]));
  const whole = listen();
  whole.detector.push(scene);
  assert.equal(whole.onsets.length, 3);
  for (const size of [1, 777, 2_048, 11_025]) {
    const pieces = listen();
    for (let at = 0; at < scene.length; at += size) {
      pieces.detector.push(scene.subarray(at, at + size));
    }
    assert.deepEqual(pieces.onsets, whole.onsets);
    assert.deepEqual(pieces.ends, whole.ends);
    assert.equal(pieces.detector.position, scene.length);
  }
});

test("two claps 400 ms apart are two events, 150 ms apart they are one", () => {
  for (const [gap, expected] of [
    [0.4, 2],
    [0.15, 1],
  ] as const) {
    const scene = room(5);
    const one = atLevel(clap(createRandom(2)), -25, 2_048);
    mixInto(scene, one, 2 * rateHz);
    mixInto(scene, one, Math.round((2 + gap) * rateHz));
    assert.equal(hear(scene).onsets.length, expected);
  }
});

test("the syllables of a word are one event", () => {
  const scene = room(5);
  mixInto(scene, atLevel(speech(createRandom(3)), -30), 2 * rateHz);
  assert.equal(hear(scene).onsets.length, 1);
});

test("a background that rises by 15 dB is one event, and a clap over it is another", () => {
  const scene = room(12, -55);
  mixInto(scene, atLevel(noise(8, createRandom(5)), -40), 4 * rateHz);
  mixInto(scene, atLevel(clap(createRandom(6)), -20, 2_048), 8 * rateHz);
  const { onsets, ends } = hear(scene);
  assert.equal(onsets.length, 2);
  assertClose(onsets[0]?.onsetSample, 4 * rateHz, 2_048);
  assertClose(ends[0]?.durationMs, 2_000, 2 * frameMs);
  assertClose(onsets[1]?.onsetSample, 8 * rateHz, 2_048);
});

test("a fixed threshold reports a sound that goes on for long once, not every two seconds", () => {
  const scene = room(12);
  mixInto(scene, atLevel(sine(9, 440), -20), 2 * rateHz);
  assert.equal(hear(scene, { mode: "fixed" }).onsets.length, 1);
});

test("a DC offset neither hides a sound nor is one, except for the classic rule", () => {
  const scene = roomWithBursts([2, 5]).map((value) => value + 0.05);
  assert.equal(hear(scene).onsets.length, 2);
  assert.equal(hear(scene, { mode: "fixed" }).onsets.length, 2);
  const classic = hear(scene, { mode: "classic" });
  assert.equal(classic.onsets.length, 1);
  assertClose(classic.onsets[0]?.onsetSample, 0.5 * rateHz, 2_048);
});

test("the classic rule begins where mean(|x|) x 2 passes 500, about -41 dBFS", () => {
  for (const [levelDb, expected] of [
    [-41.6, 0],
    [-41.2, 1],
  ] as const) {
    const tone = atLevel(sine(2, 1_000), levelDb);
    const { onsets } = hear(tone, { mode: "classic" });
    assert.equal(onsets.length, expected);
    if (expected === 1) assertClose(onsets[0]?.thresholdDb, -41.4, 0.1);
  }
});

test("a fixed threshold is in dBFS and knows no noise floor", () => {
  const scene = roomWithBursts([2, 5], -30);
  assert.equal(hear(scene, { mode: "fixed", thresholdDb: -35 }).onsets.length, 2);
  assert.equal(hear(scene, { mode: "fixed", thresholdDb: -25 }).onsets.length, 0);
});

test("a threshold that is set takes effect at once, is clamped, and keeps the noise floor", () => {
  const scene = toPcm(roomWithBursts([2, 5], -40));
  const { detector, onsets } = listen();
  detector.push(scene.subarray(0, 3 * rateHz));
  assert.equal(onsets.length, 1);
  const floorBefore = detector.noiseFloorDb;
  assert.equal(detector.setThreshold(30), 30);
  assert.equal(detector.noiseFloorDb, floorBefore);
  detector.push(scene.subarray(3 * rateHz));
  assert.equal(onsets.length, 1);
  assert.equal(detector.setThreshold(-5), 3);
  assert.equal(detector.setThreshold(1e9), 60);
  assert.equal(detector.setThreshold(Number.NaN), 12);
  assert.equal(listen({ mode: "fixed" }).detector.setThreshold(-20), -20);
  assertClose(listen({ mode: "classic" }).detector.setThreshold(-20), -41.4, 0.1);
});

test("nothing is reported while a capture settles, nor in digital silence", () => {
  const scene = room(2);
  mixInto(scene, atLevel(clap(createRandom(7)), -10, 2_048), Math.round(0.2 * rateHz));
  assert.equal(hear(scene).onsets.length, 0);
  const { detector, onsets } = hear(new Float64Array(12 * rateHz));
  assert.equal(onsets.length, 0);
  assert.equal(detector.takeLevelDb(), -96);
  assert.equal(detector.noiseFloorDb, -96);
});

test("the quietest room does not turn a whisper below -70 dBFS into an event", () => {
  const scene = room(6, -95);
  mixInto(scene, atLevel(sine(0.5, 500), -75), 2 * rateHz);
  mixInto(scene, atLevel(sine(0.5, 500), -65), 4 * rateHz);
  const { onsets } = hear(scene);
  assert.equal(onsets.length, 1);
  assertClose(onsets[0]?.onsetSample, 4 * rateHz, 200);
});

test("clipped samples are counted", () => {
  const loud = sine(1, 100).map((value) => value * 1.2);
  assert.ok(hear(loud).detector.clippedSamples > rateHz / 4);
  assert.equal(hear(room(1)).detector.clippedSamples, 0);
});

test("the level is the RMS since it was last taken", () => {
  const { detector } = hear(atLevel(sine(1, 1_000), -30));
  assertClose(detector.takeLevelDb(), -30, 0.1);
  assert.equal(detector.takeLevelDb(), undefined);
});

test("after a reset the position and the floor begin anew and the setting stays", () => {
  const scene = toPcm(roomWithBursts([2]));
  const { detector, onsets } = listen({ riseDb: 15 });
  detector.setThreshold(20);
  detector.push(scene);
  detector.reset();
  assert.equal(detector.position, 0);
  assert.equal(detector.threshold, 20);
  detector.push(scene);
  assert.equal(onsets.length, 2);
  assert.deepEqual(onsets[1], onsets[0]);
});

test("other rates and frame lengths find the same sounds", () => {
  for (const [rate, frameSamples] of [
    [8_000, 512],
    [16_000, 1_024],
    [48_000, 2_048],
  ] as const) {
    const step = rateHz / rate;
    const full = roomWithBursts([2, 5]);
    const scene = new Float64Array(Math.floor(full.length / step));
    for (let index = 0; index < scene.length; index += 1) {
      scene[index] = full[Math.floor(index * step)] ?? 0;
    }
    const { onsets } = hear(scene, { rateHz: rate, frameSamples });
    assert.deepEqual(
      onsets.map(({ onsetSample }) => Math.round(onsetSample / rate)),
      [2, 5],
    );
  }
});

test("music over a loud room is found once", () => {
  const scene = room(6, -40);
  mixInto(scene, atLevel(music(createRandom(9)), -22), 3 * rateHz);
  assert.equal(hear(scene).onsets.length, 1);
});

test("an event carries numbers only: no samples leave the detector", () => {
  const { onsets, ends } = hear(roomWithBursts([2]));
  for (const event of [...onsets, ...ends]) {
    assert.ok(Object.values(event).every((value) => Number.isFinite(value)));
  }
});
